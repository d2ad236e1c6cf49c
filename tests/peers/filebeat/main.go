// filebeat is Filebeat 7.17.0, built from the modules that Elastic publishes.
//
// The replacements in go.mod are those of its own; a module that is required has no say in them.
package main

import (
	"os"

	"github.com/elastic/beats/v7/filebeat/cmd"
	inputs "github.com/elastic/beats/v7/filebeat/input/default-inputs"
)

func main() {
	if err := cmd.Filebeat(inputs.Init, cmd.FilebeatSettings()).Execute(); err != nil {
		os.Exit(1)
	}
}
