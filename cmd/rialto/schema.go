package main

type schemaCmd struct {
	Usage schemaUsageCmd `cmd:"" help:"Tell which places of the GraphQL schema are used, and by which operations of which apps."`
}
