package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/evolution"
)

type schemaCheckCmd struct {
	Against      string `required:"" placeholder:"FILE|URL" help:"The schema that clients were written against: a file, or the GraphQL address of a server."`
	Token        string `env:"SCHEMA_TOKEN" help:"A bearer token for the address: of staff or of an app, who see the most of the schema."`
	Storefront   string `placeholder:"TOKEN" help:"A storefront token for the address."`
	Acknowledged string `placeholder:"FILE" type:"existingfile" help:"The dangerous changes that somebody has looked at: a line each, with its kind, its coordinate and why."`
	AppData      bool   `help:"Hold it against the operations that apps have registered and the use that was counted, in the database of the environment or the data folder."`
	Shop         string `help:"Handle of the only shop whose data count; all shops by default."`
	Days         int    `default:"90" help:"For how many days use holds up a breaking change."`
	On           string `placeholder:"YYYY-MM-DD" help:"Check as on another day than today: whether a date will be over then."`
}

// Run checks. It fails where the new schema is not safe, after it has said why.
func (c *schemaCheckCmd) Run(r *run) error {
	gate := evolution.Gate{Now: time.Now(), Window: time.Duration(c.Days) * 24 * time.Hour}
	var err error
	if c.On != "" {
		if gate.Now, err = time.Parse(time.DateOnly, c.On); err != nil {
			return fmt.Errorf("--on is a day such as 2028-01-31: %w", err)
		}
	}
	if gate.After, err = evolution.Current(); err != nil {
		return err
	}
	if gate.Before, err = c.before(r); err != nil {
		return fmt.Errorf("%s: %w", c.Against, err)
	}
	if c.remote() {
		gate.After = evolution.Bare(gate.After)
	}
	if c.Acknowledged != "" {
		text, err := os.ReadFile(c.Acknowledged)
		if err != nil {
			return err
		}
		if gate.Acknowledged, err = evolution.ReadAcknowledged(string(text)); err != nil {
			return fmt.Errorf("%s: %w", c.Acknowledged, err)
		}
	}
	if c.AppData {
		data := shopData{run: r, shop: c.Shop}
		if err := data.there(); err != nil {
			return err
		}
		gate.Operations, gate.Usage = data, data
	}
	verdict, err := gate.Check(r)
	if err != nil {
		return err
	}
	if err := verdict.Write(r.out); err != nil {
		return err
	}
	if !verdict.OK() {
		return errors.New("the schema is not safe for clients: docs/howto/evolve-the-schema.md says how to change it")
	}
	return nil
}

func (c *schemaCheckCmd) remote() bool {
	u, err := url.Parse(c.Against)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https")
}

// before reads the schema to compare with.
func (c *schemaCheckCmd) before(ctx context.Context) (*ast.Schema, error) {
	if c.remote() {
		return c.ask(ctx)
	}
	text, err := os.ReadFile(c.Against)
	if err != nil {
		return nil, err
	}
	return evolution.Read(c.Against, string(text))
}

// maxIntrospection is how many bytes an answer about the schema may have.
const maxIntrospection = 64 << 20

// ask has a server describe its schema.
func (c *schemaCheckCmd) ask(ctx context.Context) (*ast.Schema, error) {
	body, err := json.Marshal(map[string]string{"query": evolution.Introspection})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Against, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if c.Storefront != "" {
		req.Header.Set("X-Shopify-Storefront-Access-Token", c.Storefront)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxIntrospection)).Decode(&answer); err != nil {
		return nil, fmt.Errorf("the answer (%s) cannot be read: %w", res.Status, err)
	}
	if len(answer.Errors) > 0 {
		return nil, errors.New(strings.TrimSpace("the schema was not told: " + answer.Errors[0].Message))
	}
	return evolution.FromIntrospection(answer.Data)
}
