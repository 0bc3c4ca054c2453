package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

type healthCmd struct{}

// Run asks the process whose address stands in run.json of the data folder.
func (c *healthCmd) Run(r *run) error {
	b, err := os.ReadFile(filepath.Join(r.config.DataDir, "run.json"))
	if err != nil {
		return fmt.Errorf("no rialto runs on %s", r.config.DataDir)
	}
	var at struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(b, &at); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(r, http.MethodGet, at.URL+"/readyz", http.NoBody)
	if err != nil {
		return err
	}
	res, err := (&http.Client{Timeout: 5 * time.Second}).Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(r.out, res.Body); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", res.Status)
	}
	return nil
}
