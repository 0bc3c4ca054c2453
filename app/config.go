package app

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/platform/database"
)

// Config is how a Rialto process is set up. The zero value, with [Config.Defaults], is the embedded default.
type Config struct {
	// Addr is where the API listens, and AdminAddr where metrics, health and pprof do; port 0 is any free one.
	Addr, AdminAddr string
	// DataDir holds everything of the embedded default, and the socket of the command line.
	DataDir string
	// DatabaseURL, RedisURL and NATSURL name services; each that is empty is embedded.
	DatabaseURL, RedisURL, NATSURL string
	// PublicURL is how shoppers reach Addr, without a slash at its end; empty follows from Addr.
	PublicURL string
	// BusName tells deployments on one NATS apart.
	BusName string
	// TrustedProxies are the addresses whose X-Forwarded-For is believed, as prefixes, comma separated.
	TrustedProxies string
	// BreachedPasswords is a file of passwords that nobody may choose; see identity.Breached. Empty has none.
	BreachedPasswords string
	// PoliciesDir is a folder of policies beside Rialto's own; empty has none.
	PoliciesDir string
	// LogLevel is debug, info, warn or error; LogFormat json or text.
	LogLevel, LogFormat string
	// RowSecurity is on or off: whether PostgreSQL is told of each statement's shop. See database.Config.
	RowSecurity string
	// RateLimits is enforce, report or off: whether requests are held to the buckets of their layers. CostBounds is shop or
	// static: whether a list is priced by what the shop holds. Replicas is among how many processes the limits are shared
	// while Redis is away.
	RateLimits, CostBounds, Replicas string
	// Cache is on or off: whether whole answers are kept. CacheMB bounds those in memory, in megabytes.
	Cache, CacheMB string
	// CachePatience is how long a cache in Redis is waited for; zero is 50 ms, and 25 ms for look-ups. Nobody sets it but tests, on machines that are busy.
	CachePatience time.Duration
	// Concurrent is how many requests are worked on at once.
	Concurrent string
	// Operations is open, log-unknown or registered: which documents may be sent by apps that have no mode of their own.
	Operations string
	// Executor is engine, or gqlgen to run every operation by gqlgen's own executor, which the engine is measured against.
	Executor string
	// SMTPURL names the server that takes mails; empty keeps them as files in the data folder.
	SMTPURL string
	// Secret seals what the database keeps secret, such as signing keys; empty keeps it as it is.
	Secret string
	// PrivateProviders is "on" where providers of identities may be at private addresses and without TLS, for development.
	PrivateProviders string
	// ErasureDelay is how long the erasure of a customer can be canceled, such as 240h.
	ErasureDelay string
	// OTLPEndpoint is where traces go; empty sends none.
	OTLPEndpoint string
	// Demo fills an empty deployment with the demo shop, its public token and its owner. It listens on loopback only.
	Demo bool
	// Migrate brings a PostgreSQL schema up to date at start; the embedded one always is.
	Migrate bool

	sources map[string]string
}

// setting is one line of the one list of settings.
type setting struct {
	env, def, help string
	secret         bool
	field          func(*Config) *string
}

// settings is the list.
func settings() []setting {
	return []setting{
		{env: "RIALTO_ADDR", def: "127.0.0.1:8080", help: "address of the API", field: func(c *Config) *string { return &c.Addr }},
		{env: "RIALTO_ADMIN_ADDR", def: "127.0.0.1:0", help: "address of metrics, health and pprof; the one in force stands in run.json", field: func(c *Config) *string { return &c.AdminAddr }},
		{env: "RIALTO_DATA_DIR", def: ".rialto", help: "folder of the embedded database, events, files and mail", field: func(c *Config) *string { return &c.DataDir }},
		{env: "RIALTO_DATABASE_URL", help: "PostgreSQL; empty is a SQLite file in the data folder", secret: true, field: func(c *Config) *string { return &c.DatabaseURL }},
		{env: "RIALTO_ROW_SECURITY", def: "off", help: "on names the shop of each statement to PostgreSQL, for a role that row level security binds", field: func(c *Config) *string { return &c.RowSecurity }},
		{env: "RIALTO_REDIS_URL", help: "Redis; empty keeps caches and limits in the process", secret: true, field: func(c *Config) *string { return &c.RedisURL }},
		{env: "RIALTO_NATS_URL", help: "NATS with JetStream; empty runs one in the process", secret: true, field: func(c *Config) *string { return &c.NATSURL }},
		{env: "RIALTO_SMTP_URL", help: "mail server: smtp://user:password@host:port, or smtps://; empty keeps mails as files in the data folder", secret: true, field: func(c *Config) *string { return &c.SMTPURL }},
		{env: "RIALTO_PUBLIC_URL", help: "how shoppers reach the API; empty follows from its address", field: func(c *Config) *string { return &c.PublicURL }},
		{env: "RIALTO_BUS_NAME", def: "main", help: "name of this deployment among those on one NATS", field: func(c *Config) *string { return &c.BusName }},
		{env: "RIALTO_TRUSTED_PROXIES", help: "address prefixes whose X-Forwarded-For is believed, comma separated", field: func(c *Config) *string { return &c.TrustedProxies }},
		{env: "RIALTO_BREACHED_PASSWORDS", help: "file of passwords that nobody may choose, as sorted SHA-1 hashes; common ones are refused in any case", field: func(c *Config) *string { return &c.BreachedPasswords }},
		{env: "RIALTO_POLICIES_DIR", help: "folder of *.cedar files with policies of your own; empty has none", field: func(c *Config) *string { return &c.PoliciesDir }},
		{env: "RIALTO_SECRET", help: "long random text that seals signing keys and client secrets in the database; empty keeps them unsealed", secret: true, field: func(c *Config) *string { return &c.Secret }},
		{env: "RIALTO_PRIVATE_PROVIDERS", def: "off", help: "on lets identity providers be at private addresses and without TLS, for development", field: func(c *Config) *string { return &c.PrivateProviders }},
		{env: "RIALTO_RATE_LIMITS", def: "enforce", help: "enforce, report (count and log, refuse nothing) or off", field: func(c *Config) *string { return &c.RateLimits }},
		{env: "RIALTO_OPERATIONS", def: "open", help: "which documents apps may send that have no mode of their own: open (any), log-unknown (any, and note what is not registered) or registered (only what was registered)", field: func(c *Config) *string { return &c.Operations }},
		{env: "RIALTO_EXECUTOR", def: "engine", help: "engine, or gqlgen to run operations by gqlgen's own executor, which is slower, for comparing", field: func(c *Config) *string { return &c.Executor }},
		{env: "RIALTO_COST_BOUNDS", def: "shop", help: "shop prices a list by the longest that the shop has, static by what is asked for", field: func(c *Config) *string { return &c.CostBounds }},
		{env: "RIALTO_REPLICAS", def: "2", help: "among how many processes rate limits are shared while Redis is away", field: func(c *Config) *string { return &c.Replicas }},
		{env: "RIALTO_CACHE", def: "on", help: "on keeps whole answers to queries that are the same for everybody, off makes each anew; see docs/caching.md", field: func(c *Config) *string { return &c.Cache }},
		{env: "RIALTO_CACHE_MB", def: "64", help: "how many megabytes of memory the kept answers may take in each process; 0 keeps them in Redis only", field: func(c *Config) *string { return &c.CacheMB }},
		{env: "RIALTO_CONCURRENT", def: "1024", help: "how many requests are worked on at once; a fifth of them is kept for who pays", field: func(c *Config) *string { return &c.Concurrent }},
		{env: "RIALTO_ERASURE_DELAY", def: "240h", help: "how long the erasure of a customer can be canceled", field: func(c *Config) *string { return &c.ErasureDelay }},
		{env: "RIALTO_LOG_LEVEL", def: "info", help: "debug, info, warn or error", field: func(c *Config) *string { return &c.LogLevel }},
		{env: "RIALTO_LOG_FORMAT", def: "json", help: "json or text", field: func(c *Config) *string { return &c.LogFormat }},
		{env: "RIALTO_OTLP_ENDPOINT", help: "where traces are sent by OTLP over HTTP; empty sends none", field: func(c *Config) *string { return &c.OTLPEndpoint }},
	}
}

// FromEnvironment reads the settings, and remembers where each came from. A setting named RIALTO_… that does not exist
// is an error: a typing mistake must not run a shop on defaults.
func FromEnvironment(environ []string) (Config, error) {
	c := Config{sources: map[string]string{}}
	known := map[string]setting{}
	for _, s := range settings() {
		known[s.env] = s
		*s.field(&c) = s.def
		c.sources[s.env] = "default"
	}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		s, ok := known[name]
		switch {
		case ok && value != "":
			*s.field(&c) = value
			c.sources[name] = "environment"
		case !ok && strings.HasPrefix(name, "RIALTO_") && !strings.HasPrefix(name, "RIALTO_TEST_"):
			return c, fmt.Errorf("there is no setting %s: `rialto config` lists them", name)
		}
	}
	return c, c.check()
}

// minSecret is how short a secret may be: 24 random bytes in base64.
const minSecret = 32

func (c Config) check() error {
	for _, u := range []struct{ name, value, schemes string }{
		{"RIALTO_DATABASE_URL", c.DatabaseURL, "postgres postgresql"}, {"RIALTO_REDIS_URL", c.RedisURL, "redis rediss"},
		{"RIALTO_NATS_URL", c.NATSURL, "nats tls"}, {"RIALTO_PUBLIC_URL", c.PublicURL, "http https"},
		{"RIALTO_SMTP_URL", c.SMTPURL, "smtp smtps smtp+plain"}, {"RIALTO_OTLP_ENDPOINT", c.OTLPEndpoint, "http https"},
	} {
		if u.value == "" {
			continue
		}
		parsed, err := url.Parse(strings.Split(u.value, ",")[0])
		if err != nil || !strings.Contains(" "+u.schemes+" ", " "+parsed.Scheme+" ") || parsed.Host == "" {
			return fmt.Errorf("%s must be a URL that begins with %s://", u.name, strings.ReplaceAll(u.schemes, " ", ":// or "))
		}
	}
	if c.Secret != "" && len(c.Secret) < minSecret {
		return fmt.Errorf("RIALTO_SECRET must have at least %d characters: `openssl rand -base64 32` makes one", minSecret)
	}
	if p := c.PrivateProviders; p != "" && p != "on" && p != "off" {
		return errors.New("RIALTO_PRIVATE_PROVIDERS is on or off")
	}
	if c.RowSecurity != "" && c.RowSecurity != "on" && c.RowSecurity != "off" {
		return fmt.Errorf("RIALTO_ROW_SECURITY is on or off, not %q", c.RowSecurity)
	}
	for _, s := range []struct {
		name, value string
		allowed     []string
	}{{"RIALTO_LOG_LEVEL", c.LogLevel, []string{"debug", "info", "warn", "error"}}, {"RIALTO_LOG_FORMAT", c.LogFormat, []string{"json", "text"}}, {"RIALTO_RATE_LIMITS", c.RateLimits, []string{"enforce", "report", "off"}}, {"RIALTO_COST_BOUNDS", c.CostBounds, []string{"shop", "static"}}, {"RIALTO_CACHE", c.Cache, []string{"on", "off"}}, {"RIALTO_EXECUTOR", c.Executor, []string{"engine", "gqlgen"}}, {"RIALTO_OPERATIONS", c.Operations, slices.Sorted(maps.Keys(operationModes))}} {
		if s.value != "" && !slices.Contains(s.allowed, s.value) {
			return fmt.Errorf("%s is one of %s, not %q", s.name, strings.Join(s.allowed, ", "), s.value)
		}
	}
	if n, err := strconv.Atoi(c.Replicas); c.Replicas != "" && (err != nil || n < 1) {
		return fmt.Errorf("RIALTO_REPLICAS is a number from 1, not %q", c.Replicas)
	}
	if n, err := strconv.Atoi(c.Concurrent); c.Concurrent != "" && (err != nil || n < 1) {
		return fmt.Errorf("RIALTO_CONCURRENT is a number from 1, not %q", c.Concurrent)
	}
	if n, err := strconv.Atoi(c.CacheMB); c.CacheMB != "" && (err != nil || n < 0 || n > 1<<20) {
		return fmt.Errorf("RIALTO_CACHE_MB is a number of megabytes, not %q", c.CacheMB)
	}
	if delay, err := time.ParseDuration(c.ErasureDelay); c.ErasureDelay != "" && (err != nil || delay <= 0) {
		return fmt.Errorf("RIALTO_ERASURE_DELAY is a time such as 240h, not %q", c.ErasureDelay)
	}
	_, err := c.proxies()
	return err
}

// operationModes are the modes of operations by the names that people give them.
var operationModes = map[string]apps.Operations{"open": apps.Open, "log-unknown": apps.LogUnknown, "registered": apps.RegisteredOnly}

// operations is the setting, checked before.
func (c Config) operations() apps.Operations { return operationModes[c.Operations] }

// OperationMode reads the name of a mode of operations, as the settings and the command line write it.
func OperationMode(name string) (apps.Operations, bool) {
	mode, ok := operationModes[name]
	return mode, ok
}

// OperationModeName is the name of a mode, as [OperationMode] reads it.
func OperationModeName(mode apps.Operations) string {
	for name, m := range operationModes {
		if m == mode {
			return name
		}
	}
	return string(mode)
}

// concurrent is the setting, checked before; zero where none is set.
func (c Config) concurrent() int {
	n, _ := strconv.Atoi(c.Concurrent)
	return n
}

// erasureDelay is the setting, checked before; zero where none is set.
func (c Config) erasureDelay() time.Duration {
	delay, _ := time.ParseDuration(c.ErasureDelay)
	return delay
}

func (c Config) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for part := range strings.SplitSeq(c.TrustedProxies, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, fmt.Errorf("RIALTO_TRUSTED_PROXIES: %q is no address prefix such as 10.0.0.0/8", part)
		}
		out = append(out, p)
	}
	return out, nil
}

// Print writes every setting in force, where it came from and what it is for. Secrets are masked.
func (c Config) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, s := range settings() {
		value := *s.field(&c)
		if s.secret {
			value = mask(value)
		}
		if value == "" {
			value = "-"
		}
		if _, err := fmt.Fprintf(t, "%s\t%s\t(%s)\t%s\n", s.env, value, c.sources[s.env], s.help); err != nil {
			return err
		}
	}
	return t.Flush()
}

// mask hides what is secret of a URL: its password, and the user where there is no password.
func mask(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || raw == "" {
		return strings.Repeat("*", min(len(raw), 8))
	}
	if u.User != nil {
		u.User = url.UserPassword("***", "***")
	}
	u.RawQuery = ""
	return u.String()
}

// Database is which database the settings name.
func (c Config) Database() database.Config {
	return database.Config{URL: c.DatabaseURL, File: c.DatabaseFile(), RowSecurity: c.RowSecurity == "on"}
}

// DatabaseFile is the SQLite file of the embedded default.
func (c Config) DatabaseFile() string { return filepath.Join(c.DataDir, "rialto.db") }

// Defaults fills what is empty with the default of its setting.
func (c Config) Defaults() Config {
	for _, s := range settings() {
		if f := s.field(&c); *f == "" {
			*f = s.def
		}
	}
	return c
}
