// Command sweep drops the databases that test runs left on the server of RIALTO_TEST_DATABASE_URL.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/rialtohq/rialto/platform/database/databasetest"
)

func main() {
	server := os.Getenv(databasetest.URLVariable)
	if server == "" {
		return
	}
	if err := databasetest.Sweep(context.Background(), server); err != nil {
		fmt.Fprintln(os.Stderr, "sweep:", err)
		os.Exit(1)
	}
}
