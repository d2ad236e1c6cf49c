// lumber sends numbered events with Elastic's own client of the Lumberjack protocol and checks that
// what was acknowledged is what was sent.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	v2 "github.com/elastic/go-lumber/client/v2"
)

var (
	address  = flag.String("address", "127.0.0.1:5044", "where to send to")
	count    = flag.Int("count", 1000, "how many events")
	first    = flag.Int("first", 0, "number of the first event")
	window   = flag.Int("window", 100, "events in a window")
	ahead    = flag.Int("ahead", 0, "windows on their way at once; 0: wait for each")
	clients  = flag.Int("clients", 1, "connections at once, which share the events")
	level    = flag.Int("level", 3, "compression, 0 to 9")
	padding  = flag.Int("padding", 0, "more bytes in each event")
	timeout  = flag.Duration("timeout", 30*time.Second, "how long to wait for a sign of life")
	ca       = flag.String("ca", "", "TLS: PEM of the server's authority")
	cert     = flag.String("cert", "", "TLS: PEM of the client's certificate")
	key      = flag.String("key", "", "TLS: PEM of its key")
	measured = flag.Bool("measure", false, "encode events once, and say how many went through in a second")
)

func main() {
	flag.Parse()
	begun := time.Now()
	var failed atomic.Bool
	var all sync.WaitGroup
	each := (*count + *clients - 1) / *clients
	for client := 0; client < *clients; client++ {
		from := *first + client*each
		to := min(from+each, *first+*count)
		all.Add(1)
		go func() {
			defer all.Done()
			if err := send(from, to); err != nil {
				fmt.Fprintf(os.Stderr, "lumber: events %d to %d: %v\n", from, to, err)
				failed.Store(true)
			}
		}()
	}
	all.Wait()
	if failed.Load() {
		os.Exit(1)
	}
	if *measured {
		seconds := time.Since(begun).Seconds()
		fmt.Printf("%d events in %.2f s: %.0f events/s\n", *count, seconds, float64(*count)/seconds)
	}
}

// event is one as Filebeat spells it.
func event(number int) []byte {
	return fmt.Appendf(nil, `{"@timestamp":"2026-01-01T00:00:00.000Z","@metadata":{"beat":"lumber","type":"_doc",`+
		`"version":"7.17.0"},"number":%d,"destination":{"ip":"10.%d.%d.%d"},"padding":"%s"}`,
		number, number>>16&255, number>>8&255, number&255, strings.Repeat("x", *padding))
}

// encode passes on what is JSON already.
func encode(value interface{}) ([]byte, error) { return value.([]byte), nil }

func dial() (net.Conn, error) {
	if *ca == "" {
		return net.Dial("tcp", *address)
	}
	pem, err := os.ReadFile(*ca)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost"}
	config.RootCAs.AppendCertsFromPEM(pem)
	if *cert != "" {
		pair, err := tls.LoadX509KeyPair(*cert, *key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return tls.Dial("tcp", *address, config)
}

func send(from, to int) error {
	conn, err := dial()
	if err != nil {
		return err
	}
	client, err := v2.NewWithConn(conn, v2.CompressionLevel(*level), v2.Timeout(*timeout), v2.JSONEncoder(encode))
	if err != nil {
		return err
	}
	usual := event(from)
	windows := func(yield func([]interface{}) error) error {
		for from < to {
			events := make([]interface{}, 0, *window)
			for ; from < to && len(events) < *window; from++ {
				if *measured {
					events = append(events, usual)
				} else {
					events = append(events, event(from))
				}
			}
			if err := yield(events); err != nil {
				return err
			}
		}
		return nil
	}
	if *ahead == 0 {
		sync, err := v2.NewSyncClientWith(client)
		if err != nil {
			return err
		}
		defer sync.Close()
		return windows(func(events []interface{}) error {
			acked, err := sync.Send(events)
			if err == nil && acked != len(events) {
				err = fmt.Errorf("%d of %d acknowledged", acked, len(events))
			}
			return err
		})
	}
	async, err := v2.NewAsyncClientWith(client, *ahead)
	if err != nil {
		return err
	}
	var answers sync.WaitGroup
	var first atomic.Pointer[error]
	err = windows(func(events []interface{}) error {
		answers.Add(1)
		return async.Send(func(acked uint32, err error) {
			if err == nil && int(acked) != len(events) {
				err = fmt.Errorf("%d of %d acknowledged", acked, len(events))
			}
			if err != nil {
				first.CompareAndSwap(nil, &err)
			}
			answers.Done()
		}, events)
	})
	answers.Wait()
	async.Close()
	if failed := first.Load(); failed != nil {
		return *failed
	}
	return err
}
