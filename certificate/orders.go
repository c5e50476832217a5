package certificate

import (
	"context"
	"time"

	"github.com/caddyserver/certmagic"
)

// The times of orders. The library tries an order again after a minute at first and six
// hours at most, and lets the authority's staging server check the domain before the
// authority itself is asked a second time: Let's Encrypt accepts five failures an hour.
const (
	storageRetry = 5 * time.Second // for a store that does not answer
	// orderAgain is how long after the library has given an order up it begins anew.
	orderAgain = time.Hour
	// firstTurn is how long one of several nodes tries before another may, which perhaps
	// reaches the authority better. Each further turn is twice as long, up to lastTurn, and
	// whoever had one waits for betweenTurns.
	firstTurn    = time.Hour
	lastTurn     = 24 * time.Hour
	betweenTurns = 5 * time.Second
	// failureKept is how long a failure makes a restart begin with the staging server too:
	// somebody who tries settings by restarting must not use up what is accepted.
	failureKept = time.Hour
	// unlockWait is how long Close waits for orders to release their locks.
	unlockWait = 5 * time.Second
)

// Start implements [Source].
func (a *ordered) Start() {
	a.log.Info("certificates are ordered when they are needed, which accepts the authority's terms of service", "domains", a.domains, "authority", a.issuer.CA)
	a.run(func(ctx context.Context) {
		defer a.cache.Stop()
		for {
			_, _, err := a.storage.all(ctx)
			if err == nil {
				break
			}
			a.log.Warn("the certificates cannot be read yet", "err", err)
			if !pause(ctx, storageRetry) {
				return
			}
		}
		if err := a.storage.sealAgain(ctx); err != nil {
			a.log.Warn("the certificates are not sealed with the newest line of the secret: without the older one, they are ordered again", "err", err)
		}
		for _, domain := range a.domains {
			a.orders.Go(func() { a.order(ctx, domain) })
		}
		<-ctx.Done()
		ended := make(chan struct{})
		go func() {
			a.orders.Wait()
			close(ended)
		}()
		select {
		case <-ended:
		case <-time.After(unlockWait):
		}
	})
}

// Close implements [Source]. What the library says of orders that it ends is no news.
func (a *ordered) Close() {
	a.closed.Store(true)
	a.background.Close()
}

// order gets the certificate of a domain, from the store or from the authority, and has
// it renewed from then on.
func (a *ordered) order(ctx context.Context, domain string) {
	for turn := a.turn; ; turn = min(2*turn, lastTurn) {
		began := time.Now()
		overdue, err := a.obtain(ctx, domain, turn)
		if err == nil {
			err = a.magic.ManageAsync(ctx, []string{domain})
		}
		wait := a.again
		switch {
		case err == nil || ctx.Err() != nil:
			return
		case overdue:
			wait = betweenTurns
		case a.failure(domain).Time.Before(began): // it failed before the authority was asked
			a.fail(domain, err)
		}
		if !pause(ctx, wait) {
			return
		}
	}
}

// obtain orders the certificate of a domain unless the store has it, or waits for another
// node that orders it. Where there may be others, it reports whether it took a whole turn.
func (a *ordered) obtain(ctx context.Context, domain string, turn time.Duration) (overdue bool, err error) {
	if a.storage.records.Shared() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, turn)
		defer cancel()
	}
	err = a.magic.ObtainCertAsync(ctx, domain)
	return ctx.Err() != nil, err
}

// pause waits, and reports whether ctx is still going on.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// event counts and logs what becomes of an order.
func (a *ordered) event(ctx context.Context, event string, data map[string]any) error {
	domain, _ := data["identifier"].(string)
	switch event {
	case "cert_obtaining":
		a.forget(domain)
		if attempts, ok := ctx.Value(certmagic.AttemptsCtxKey).(*int); ok && *attempts == 0 && a.failedLately(ctx, domain) {
			*attempts = 1 // begin with the staging server
		}
	case "cert_obtained":
		a.log.Info("got a certificate", "domain", domain)
		a.mu.Lock()
		delete(a.failed, domain)
		a.mu.Unlock()
		_ = a.storage.Delete(ctx, failedKey(domain))
	case "cert_failed":
		if err, _ := data["error"].(error); err != nil && ctx.Err() == nil {
			a.fail(domain, err)
			_ = a.storage.Store(ctx, failedKey(domain), nil)
		}
	}
	return nil
}

// failedKey is the key of a value that was stored when an order failed.
func failedKey(domain string) string { return "pokey/failed/" + domain }

// failedLately reports whether an order for the domain has failed within the last hour,
// perhaps before this process started.
func (a *ordered) failedLately(ctx context.Context, domain string) bool {
	info, err := a.storage.Stat(ctx, failedKey(domain))
	return err == nil && time.Since(info.Modified).Abs() < failureKept
}

// fail logs and keeps why an order has failed.
func (a *ordered) fail(domain string, err error) {
	a.mu.Lock()
	f := explain(domain, a.issuer.CA, err, a.checks[domain], a.dns)
	a.failed[domain] = f
	a.mu.Unlock()
	a.log.Error("cannot get a certificate, and will try again", "domain", domain, "why", f.Why, "advice", f.Do, "found", f.Said)
	a.log.Debug("certificates", "domain", domain, "err", err)
	a.failures.Add(1) // now, so that whoever sees the number finds the reason
}

// failure returns why the last order for a domain failed.
func (a *ordered) failure(domain string) Failure {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.failed[domain]
}

// forget drops what was found for an earlier attempt.
func (a *ordered) forget(domain string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.checks, domain)
}
