package persisted

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/rialtohq/rialto/commerce/operation"
)

// Entry is a document of a manifest, not yet looked at.
type Entry struct {
	// ID is what clients ask for it by.
	ID string `json:"id"`
	// Body is its text.
	Body string `json:"body"`
	// Where it stands, for messages about it.
	Where string `json:"where"`
}

// ReadManifest reads a file that a client's tools have made of its operations: Apollo's manifest (generate-persisted-query-manifest,
// version 1), or an object of texts by id, as relay-compiler and the client preset of GraphQL Code Generator write it.
func ReadManifest(data []byte) ([]Entry, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf("a manifest is a JSON object: %w", err)
	}
	if _, ok := members["format"]; ok {
		return readApollo(data)
	}
	var list []Entry
	for _, id := range slices.Sorted(maps.Keys(members)) {
		var body string
		if err := json.Unmarshal(members[id], &body); err != nil {
			return nil, fmt.Errorf("%q is not the text of a document: a manifest is Apollo's, with a format, or an object of texts by id", id)
		}
		list = append(list, Entry{ID: id, Body: body, Where: id})
	}
	return list, nil
}

const apolloFormat = "apollo-persisted-query-manifest"

func readApollo(data []byte) ([]Entry, error) {
	var m struct {
		Format     string `json:"format"`
		Version    int    `json:"version"`
		Operations []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
			Body string `json:"body"`
		} `json:"operations"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("the manifest cannot be read: %w", err)
	}
	if m.Format != apolloFormat || m.Version != 1 {
		return nil, fmt.Errorf("the manifest has format %q and version %d; %q and 1 are read here", m.Format, m.Version, apolloFormat)
	}
	list := make([]Entry, 0, len(m.Operations))
	for _, o := range m.Operations {
		list = append(list, Entry{ID: o.ID, Body: o.Body, Where: o.Name})
	}
	return list, nil
}

// ReadFolder reads every .graphql and .gql file below a folder, each of them one document, known by the SHA-256 of its text.
func ReadFolder(folder fs.FS) ([]Entry, error) {
	var list []Entry
	err := fs.WalkDir(folder, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if ext := strings.ToLower(path.Ext(file)); ext != ".graphql" && ext != ".gql" {
			return nil
		}
		text, err := fs.ReadFile(folder, file)
		if err == nil {
			list = append(list, Entry{ID: operation.HashOf(string(text)), Body: string(text), Where: file})
		}
		return err
	})
	return list, err
}
