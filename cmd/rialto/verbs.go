package main

import "github.com/rialtohq/rialto/app"

// verbs are the commands that work on a running app, here or in the process that owns the data folder.
var verbs = map[string]app.Verb{
	"access explain":    explainAccess,
	"access list":       listAccess,
	"import products":   importProducts,
	"keys list":         listKeys,
	"keys rotate":       rotateKeys,
	"cache purge":       purgeCache,
	"limits list":       listLimits,
	"limits set":        setLimit,
	"limits unset":      unsetLimit,
	"ops activate":      activateOperations,
	"ops list":          listOperations,
	"ops mode":          setMode,
	"ops register":      registerOperations,
	"ops retire":        retireOperations,
	"ops token":         makeToken,
	"schema operations": registeredOperations,
	"schema usage":      showUsage,
	"schema used":       usedCoordinates,
	"shop admit":        admitStaff,
	"shop create":       createShop,
}
