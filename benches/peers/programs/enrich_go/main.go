// Labels events between Kafka and Kafka, or OpenSearch, as one would write it in an afternoon in Go.
package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/twmb/franz-go/pkg/kgo"
)

// As many bytes as a bulk request has at most.
const bulkBytes = 5 << 20

type settings struct {
	Brokers  []string `json:"brokers"`
	Topic    string   `json:"topic"`
	Out      string   `json:"out"`
	Search   string   `json:"search"`
	Networks string   `json:"networks"`
	Field    string   `json:"field"`
	Target   string   `json:"target"`
}

type network struct {
	prefix netip.Prefix
	label  string
}

type labeller struct {
	networks []network
	path     []string
	target   string
}

func main() {
	log.SetFlags(0)
	var s settings
	text, err := os.ReadFile(os.Args[1])
	check(err)
	check(json.Unmarshal(text, &s))
	l := labeller{networks: read(s.Networks), path: strings.Split(s.Field, "."), target: s.Target}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(s.Brokers...), kgo.ConsumerGroup(s.Out), kgo.ConsumeTopics(s.Topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.AutoCommitMarks(),
		kgo.DefaultProduceTopic(s.Out), kgo.ProducerBatchCompression(kgo.Lz4Compression()))
	check(err)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	for {
		fetches := client.PollRecords(ctx, 10_000)
		if ctx.Err() != nil {
			break
		}
		fetches.EachError(func(topic string, partition int32, err error) { log.Fatal(topic, partition, err) })
		var wait sync.WaitGroup
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			wait.Go(func() {
				if s.Search != "" {
					check(l.bulk(s.Search+"/"+s.Out+"/_bulk", p.Records))
				} else {
					l.produce(ctx, client, p.Records)
				}
			})
		})
		wait.Wait()
		check(client.Flush(ctx))
		client.MarkCommitRecords(fetches.Records()...)
	}
	check(client.CommitMarkedOffsets(context.Background()))
	client.Close()
}

func (l *labeller) produce(ctx context.Context, client *kgo.Client, records []*kgo.Record) {
	for _, record := range records {
		client.Produce(ctx, &kgo.Record{Key: record.Key, Value: l.label(record.Value)}, func(_ *kgo.Record, err error) { check(err) })
	}
}

func (l *labeller) bulk(url string, records []*kgo.Record) error {
	var body bytes.Buffer
	for number, record := range records {
		body.WriteString("{\"index\":{}}\n")
		body.Write(l.label(record.Value))
		body.WriteByte('\n')
		if body.Len() < bulkBytes && number+1 < len(records) {
			continue
		}
		answer, err := http.Post(url, "application/x-ndjson", &body)
		if err != nil {
			return err
		}
		var told struct{ Errors bool }
		err = json.NewDecoder(answer.Body).Decode(&told)
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if err != nil || told.Errors || answer.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %v", answer.Status, err)
		}
		body.Reset()
	}
	return nil
}

func (l *labeller) label(event []byte) []byte {
	var tree map[string]any
	decoder := json.NewDecoder(bytes.NewReader(event))
	decoder.UseNumber()
	check(decoder.Decode(&tree))
	var value any = tree
	for _, key := range l.path {
		inner, _ := value.(map[string]any)
		value = inner[key]
	}
	text, _ := value.(string)
	address, err := netip.ParseAddr(text)
	if err != nil {
		return event
	}
	for _, network := range l.networks {
		if network.prefix.Contains(address) {
			tree[l.target] = network.label
			labelled, err := json.Marshal(tree)
			check(err)
			return labelled
		}
	}
	return event
}

// The longest prefixes come first.
func read(path string) []network {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	check(err)
	var networks []network
	for _, row := range rows {
		networks = append(networks, network{netip.MustParsePrefix(row[0]), row[1]})
	}
	slices.SortStableFunc(networks, func(a, b network) int { return b.prefix.Bits() - a.prefix.Bits() })
	return networks
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
