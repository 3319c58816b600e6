// A shop on net/http that takes money with Stripe. It knows nothing of Brownout: where Stripe is, its key and the
// shop's own port come from the environment.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/stripe/stripe-go/v84"
)

const (
	tries = 4
	// The version of Stripe's API that this shop is written for, whichever one its SDK was made with.
	version = "2026-10-28.endive"
	pause   = 300 * time.Millisecond
)

type order struct {
	ID     string `json:"order_id"`
	Amount int64  `json:"amount"`
}

type shop struct{ stripe *stripe.Client }

// newShop has a timeout, and a loop of its own that tries again: it alone knows the order's key and what Stripe says in Retry-After.
func newShop(address, key string) shop {
	config := &stripe.BackendConfig{
		HTTPClient:        &http.Client{Timeout: 2 * time.Second},
		MaxNetworkRetries: stripe.Int64(0),
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull},
	}
	if address != "" {
		config.URL = stripe.String(address)
	}
	backends := &stripe.Backends{API: stripe.GetBackendWithConfig(stripe.APIBackend, config)}
	return shop{stripe.NewClient(key, stripe.WithBackends(backends))}
}

// charge takes the money once, however often it is tried, by this process or by the next one: the key is the order's own.
func (s shop) charge(ctx context.Context, wanted order) (*stripe.PaymentIntent, error) {
	for tried := 0; ; tried++ {
		payment := &stripe.PaymentIntentCreateParams{
			Amount:        stripe.Int64(wanted.Amount),
			Currency:      stripe.String(string(stripe.CurrencyUSD)),
			PaymentMethod: stripe.String("pm_card_visa"),
			Confirm:       stripe.Bool(true),
			AutomaticPaymentMethods: &stripe.PaymentIntentCreateAutomaticPaymentMethodsParams{
				Enabled: stripe.Bool(true), AllowRedirects: stripe.String("never"),
			},
		}
		payment.AddMetadata("order_id", wanted.ID)
		payment.SetIdempotencyKey(keyOf(wanted))
		payment.Headers = http.Header{"Stripe-Version": {version}}
		paid, err := s.stripe.V1PaymentIntents.Create(ctx, payment)
		if err == nil || !isWorthAnother(err) || tried+1 == tries {
			return paid, err
		}
		time.Sleep(waitAfter(err, tried))
	}
}

func keyOf(wanted order) string {
	if os.Getenv("KEY_PER_TRY") != "" {
		return rand.Text()
	}
	return wanted.ID
}

// isWorthAnother: no answer, one that nobody can read, too many requests, or Stripe's own trouble.
func isWorthAnother(err error) bool {
	var refused *stripe.Error
	if !errors.As(err, &refused) {
		return true
	}
	status := refused.HTTPStatusCode
	return status == 0 || status == http.StatusConflict || status == http.StatusTooManyRequests || status >= 500
}

func waitAfter(err error, tried int) time.Duration {
	var refused *stripe.Error
	if errors.As(err, &refused) && refused.LastResponse != nil {
		if seconds, unread := strconv.ParseFloat(refused.LastResponse.Header.Get("Retry-After"), 64); unread == nil {
			return time.Duration(seconds * float64(time.Second))
		}
	}
	return time.Duration((0.5 + mathrand.Float64()) * float64(pause<<tried))
}

// checkout answers 200 paid, 402 declined, 502 nobody knows: ask again.
func (s shop) checkout(out http.ResponseWriter, in *http.Request) {
	var wanted order
	if json.NewDecoder(in.Body).Decode(&wanted) != nil || wanted.ID == "" {
		http.Error(out, "no order", http.StatusBadRequest)
		return
	}
	paid, err := s.charge(in.Context(), wanted)
	var refused *stripe.Error
	switch {
	case err == nil:
		_ = json.NewEncoder(out).Encode(map[string]string{"paid": paid.ID})
	case errors.As(err, &refused) && refused.Type == stripe.ErrorTypeCard:
		http.Error(out, string(refused.Code), http.StatusPaymentRequired)
	default:
		http.Error(out, "unavailable", http.StatusBadGateway)
	}
}

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	mine := newShop(os.Getenv("STRIPE_API_BASE"), os.Getenv("STRIPE_API_KEY"))
	routes := http.NewServeMux()
	routes.HandleFunc("POST /checkout", mine.checkout)
	routes.HandleFunc("GET /health", func(out http.ResponseWriter, _ *http.Request) { _, _ = out.Write([]byte("up")) })
	server := &http.Server{Addr: "127.0.0.1:" + port, Handler: routes, ReadHeaderTimeout: 5 * time.Second}

	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	go func() {
		if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			log.Fatal(err)
		}
	}()
	<-ended.Done()
	_ = server.Shutdown(context.Background()) // what was begun is finished
}
