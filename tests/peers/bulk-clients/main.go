// indexer sends numbered events with Elastic's client for Go and its bulk indexer.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/elastic/go-elasticsearch/v8"
	"github.com/elastic/go-elasticsearch/v8/esutil"
)

func main() {
	address := flag.String("address", "http://127.0.0.1:9200", "where to send to")
	first := flag.Int("first", 0, "the first number")
	count := flag.Int("count", 1, "how many events")
	padding := flag.Int("padding", 0, "bytes that each event has besides")
	workers := flag.Int("workers", 2, "requests at once")
	compress := flag.Bool("compress", false, "with gzip")
	measure := flag.Bool("measure", false, "say how fast")
	flag.Parse()

	client, err := elasticsearch.NewClient(elasticsearch.Config{
		Addresses:           []string{*address},
		CompressRequestBody: *compress,
		DisableRetry:        true,
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Info(); err != nil {
		log.Fatal(err)
	}
	indexer, err := esutil.NewBulkIndexer(esutil.BulkIndexerConfig{
		Client:     client,
		Index:      "logs",
		NumWorkers: *workers,
		FlushBytes: 1 << 20,
	})
	if err != nil {
		log.Fatal(err)
	}
	pad := strings.Repeat("x", *padding)
	begun := time.Now()
	for number := *first; number < *first+*count; number++ {
		event := fmt.Sprintf(`{"number":%d,"destination":{"ip":"10.0.0.1"},"pad":"%s"}`, number, pad)
		err := indexer.Add(context.Background(), esutil.BulkIndexerItem{
			Action: "create",
			Body:   bytes.NewReader([]byte(event)),
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	if err := indexer.Close(context.Background()); err != nil {
		log.Fatal(err)
	}
	stats := indexer.Stats()
	if stats.NumFailed > 0 || stats.NumCreated != uint64(*count) {
		log.Fatalf("%+v", stats)
	}
	if *measure {
		fmt.Printf("%.0f events/s\n", float64(*count)/time.Since(begun).Seconds())
	}
}
