package telemetry

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"gopkg.in/yaml.v3"
)

var (
	metricName = regexp.MustCompile(`\brialto_[a-z_]+`)
	described  = regexp.MustCompile(`fqName: "([a-z_]+)"`)
)

// The alert rules go by metrics that there are, and say what to do.
func TestAlerts(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../deploy/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For string
				Labels           map[string]string
				Annotations      map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	known, asked := metrics(t), 0
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if severity := r.Labels["severity"]; !strings.HasPrefix(r.Alert, "Rialto") || severity != "page" && severity != "ticket" || r.Annotations["summary"] == "" || r.Annotations["do"] == "" {
				t.Errorf("the rule %q lacks something: %+v", r.Alert, r)
			}
			for _, name := range metricName.FindAllString(r.Expr+" "+r.Annotations["do"], -1) {
				asked++
				for _, part := range []string{"_bucket", "_count", "_sum"} {
					name = strings.TrimSuffix(name, part)
				}
				if !known[name] {
					t.Errorf("the rule %q goes by %s, which there is not", r.Alert, name)
				}
			}
		}
	}
	if asked < 10 {
		t.Errorf("the rules go by %d metrics", asked)
	}
}

// metrics are the names of all metrics: those that are registered from the start, and those that this package names.
func metrics(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	r := prometheus.NewRegistry()
	newMetrics(r, Config{})
	all := make(chan *prometheus.Desc, 1000)
	r.Describe(all)
	close(all)
	for d := range all {
		known[described.FindStringSubmatch(d.String())[1]] = true
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		if strings.HasSuffix(s, "_test.go") {
			continue
		}
		text, err := os.ReadFile(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range metricName.FindAllString(string(text), -1) {
			known[name] = true
		}
	}
	return known
}
