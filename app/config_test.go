package app

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	t.Run("DefaultsAreGood", func(t *testing.T) {
		t.Parallel()
		if _, err := FromEnvironment(nil); err != nil {
			t.Error(err)
		}
	})
	// Each is refused, with the setting's name and what to do in the message, and a secret in none.
	for name, c := range map[string]struct{ line, want string }{
		"LogLevel":         {"RIALTO_LOG_LEVEL=loud", `RIALTO_LOG_LEVEL is one of debug, info, warn, error, not "loud"`},
		"LogLevelInCaps":   {"RIALTO_LOG_LEVEL=INFO", "RIALTO_LOG_LEVEL is one of"},
		"LogFormat":        {"RIALTO_LOG_FORMAT=xml", `RIALTO_LOG_FORMAT is one of json, text, not "xml"`},
		"RateLimits":       {"RIALTO_RATE_LIMITS=on", "RIALTO_RATE_LIMITS is one of enforce, report, off"},
		"CostBounds":       {"RIALTO_COST_BOUNDS=none", "RIALTO_COST_BOUNDS is one of shop, static"},
		"Cache":            {"RIALTO_CACHE=yes", "RIALTO_CACHE is one of on, off"},
		"CacheMB":          {"RIALTO_CACHE_MB=64MB", "RIALTO_CACHE_MB is a number of megabytes"},
		"Executor":         {"RIALTO_EXECUTOR=fast", "RIALTO_EXECUTOR is one of engine, gqlgen"},
		"Operations":       {"RIALTO_OPERATIONS=closed", "RIALTO_OPERATIONS is one of log-unknown, open, registered"},
		"Replicas":         {"RIALTO_REPLICAS=0", "RIALTO_REPLICAS is a number from 1"},
		"Concurrent":       {"RIALTO_CONCURRENT=many", "RIALTO_CONCURRENT is a number from 1"},
		"RowSecurity":      {"RIALTO_ROW_SECURITY=true", "RIALTO_ROW_SECURITY is on or off"},
		"PrivateProviders": {"RIALTO_PRIVATE_PROVIDERS=1", "RIALTO_PRIVATE_PROVIDERS is on or off"},
		"ErasureDelay":     {"RIALTO_ERASURE_DELAY=10d", "RIALTO_ERASURE_DELAY is a time such as 240h"},
		"Secret":           {"RIALTO_SECRET=hush-hush", "RIALTO_SECRET must have at least"},
		"DatabaseURL":      {"RIALTO_DATABASE_URL=mysql://root:hush-hush@db/shop", "RIALTO_DATABASE_URL must be a URL that begins with postgres:// or postgresql://"},
		"RedisURL":         {"RIALTO_REDIS_URL=hush-hush", "RIALTO_REDIS_URL must be a URL"},
		"Proxies":          {"RIALTO_TRUSTED_PROXIES=everybody", "RIALTO_TRUSTED_PROXIES"},
		"Mistyped":         {"RIALTO_LOGLEVEL=debug", "there is no setting RIALTO_LOGLEVEL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := FromEnvironment([]string{"PATH=/bin", c.line})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hush-hush") {
				t.Errorf("%s: %v", c.line, err)
			}
		})
	}
}

// TestSettingsAreInTheReadme has each setting in the README's table, and nothing there that is no setting.
func TestSettingsAreInTheReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(RIALTO_[A-Z_]+)`").FindAllSubmatch(text, -1) {
		told[string(row[1])] = true
	}
	for _, s := range settings() {
		if !told[s.env] {
			t.Errorf("%s is not in the README's table", s.env)
		}
		delete(told, s.env)
	}
	for name := range told {
		t.Errorf("the README tells of %s, which does not exist", name)
	}
}
