package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/rialtohq/rialto/bench/seed"
)

// machine is where and of what a run was.
type machine struct {
	At       time.Time `json:"at"`
	CPU      string    `json:"cpu"`
	Cores    int       `json:"cores"`
	Go       string    `json:"go"`
	Commit   string    `json:"commit"`
	Postgres string    `json:"postgres"`
	Load     string    `json:"loadAverage"` // before the run: others on the machine make figures worse
	Size     seed.Size `json:"size"`
	Plan     plan      `json:"plan"`
}

func (b *bench) machine(ctx context.Context, size seed.Size) machine {
	m := machine{At: time.Now().UTC().Truncate(time.Second), CPU: cpuName(), Cores: runtime.NumCPU(), Go: runtime.Version(), Commit: "unknown", Size: size, Plan: b.plan}
	if out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output(); err == nil {
		m.Commit = strings.TrimSpace(string(out))
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load = strings.Join(strings.Fields(string(load))[:3], " ")
	}
	m.Postgres = version(ctx, b.admin)
	return m
}

func cpuName() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	defer func() { _ = f.Close() }()
	for in := bufio.NewScanner(f); in.Scan(); {
		if name, value, ok := strings.Cut(in.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func (m machine) describe(out io.Writer) {
	fmt.Fprintf(out, "%s · %d × %s · %s · PostgreSQL %s · commit %s · load average before %s\n", m.At.Format(time.RFC3339), m.Cores, m.CPU, m.Go, m.Postgres, m.Commit, m.Load)
	fmt.Fprintf(out, "%d products (%d of 50 variants), %d collections × %d, %d customers, %d orders, %d carts · %d connections, %d rounds of %v each, medians\n\n",
		m.Size.Products, m.Size.Wide, m.Size.Collections, m.Size.PerCollection, m.Size.Customers, m.Size.Orders, m.Size.Carts, m.Plan.Conns, m.Plan.Rounds, m.Plan.Last)
}

// table prints results aligned.
func table(out io.Writer, results []*result) error {
	if len(results) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "page\tserver\treq/s\tp50 ms\tp99\tat half p50\tp99\tserver µs\tpostgres µs\tallocs\tkB\tSQL\tbytes\tof raw\tof floor\tof floor+redis\twork\t")
	title := untold()
	for _, r := range results {
		m := r.Median
		fmt.Fprintf(w, "%s\t%s\t%.0f\t%.1f\t%.1f\t%s\t%s\t%.0f\t%s\t%.0f\t%.0f\t%s\t%.0f\t%.2f\t%.3f\t%s\t%.2f\t\n", title(r.Title), r.Server, m.Rate, m.P50, m.P99,
			shown(r.OpenP50, "%.1f"), shown(r.OpenP99, "%.1f"), m.CPU, shown(m.Postgres, "%.0f"), m.Allocs, m.AllocSize/1024, shown(r.Statements, "%.1f"), r.Bytes, r.OfRaw, r.OfFloor, shown(r.OfRedisFloor, "%.2f"), r.Work)
	}
	return w.Flush()
}

// tableOfWrites prints the results of writes.
func tableOfWrites(out io.Writer, results []*result) error {
	if len(results) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "write\tserver\treq/s\tp50 ms\tp99\tat half p50\tp99\tserver µs\tpostgres µs\tallocs\tkB\tSQL\tbytes\tof pgbench\tof many\tof raw\twork\tleft s\t")
	title := untold()
	for _, r := range results {
		m := r.Median
		fmt.Fprintf(w, "%s\t%s\t%.0f\t%.1f\t%.1f\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", title(r.Title), r.Server, m.Rate, m.P50, m.P99,
			shown(r.OpenP50, "%.1f"), shown(r.OpenP99, "%.1f"), shown(m.CPU, "%.0f"), shown(m.Postgres, "%.0f"), shown(m.Allocs, "%.0f"), shown(m.AllocSize/1024, "%.0f"),
			shown(r.Statements, "%.1f"), shown(r.Bytes, "%.0f"), shown(r.OfPgbench, "%.2f"), shown(r.OfMany, "%.2f"), shown(r.OfRaw, "%.2f"), shown(r.Work, "%.2f"), shown(r.Left, "%.1f"))
	}
	return w.Flush()
}

// untold leaves out a title that stands above already.
func untold() func(title string) string {
	last := ""
	return func(title string) string {
		if title == last {
			return ""
		}
		last = title
		return title
	}
}

// shown is a number, or a dash where there is none.
func shown(v float64, format string) string {
	if v <= 0 {
		return "–"
	}
	return fmt.Sprintf(format, v)
}

// save writes a run as lines of JSON into a folder: the machine first, then each result.
func save(folder string, m machine, results []*result) (string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	file := filepath.Join(folder, m.At.Format("20060102T150405Z")+".jsonl")
	f, err := os.Create(file)
	if err != nil {
		return "", err
	}
	out := json.NewEncoder(f)
	err = out.Encode(m)
	for _, r := range results {
		if err == nil {
			err = out.Encode(r)
		}
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return file, err
}
