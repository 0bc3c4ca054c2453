package telemetry

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// newTraces makes the provider of tracers. Without an exporter every span has its ids, for the log and for those we
// call, and nothing else: records is false.
func newTraces(c Config) (traces *sdktrace.TracerProvider, records bool, err error) {
	exporter, wanted, err := newExporter(c)
	if err != nil {
		return nil, false, err
	}
	if !wanted {
		return sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample())), false, nil
	}
	who, err := resource.New(context.Background(),
		resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", c.Service), attribute.String("service.version", c.Version)),
		resource.WithFromEnv())
	if err != nil {
		return nil, false, wrap("resource", err)
	}
	options := []sdktrace.TracerProviderOption{sdktrace.WithBatcher(exporter), sdktrace.WithResource(who)}
	if c.TraceRatio != 0 { // otherwise the environment decides
		options = append(options, sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(c.TraceRatio))))
	}
	return sdktrace.NewTracerProvider(options...), true, nil
}

// newExporter gives what takes spans, where something does.
func newExporter(c Config) (exporter sdktrace.SpanExporter, wanted bool, err error) {
	if c.Exporter != nil {
		return c.Exporter, true, nil
	}
	var options []otlptracehttp.Option
	switch {
	case c.OTLPEndpoint != "":
		if err := checkEndpoint(c.OTLPEndpoint); err != nil {
			return nil, false, err
		}
		// As with the variable, the setting names the collector, and traces have their path there.
		options = append(options, otlptracehttp.WithEndpointURL(strings.TrimRight(c.OTLPEndpoint, "/")+"/v1/traces"))
	case cmp.Or(os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"), os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT")) == "":
		return nil, false, nil
	}
	// Making it connects to nothing yet.
	exporter, err = otlptracehttp.New(context.Background(), options...)
	return exporter, true, wrap("OTLP exporter", err)
}

func checkEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("telemetry: the OTLP endpoint must be a URL such as http://collector:4318")
	}
	return nil
}
