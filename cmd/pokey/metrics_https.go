package main

import (
	"github.com/prometheus/client_golang/prometheus"
)

// The metrics of TLS on the public port.
var (
	descExpiry      = desc("tls_certificate_expiry_seconds", "When the certificate of a domain expires, in seconds since 1970; 0 if there is none.", "domain")
	descBadFiles    = desc("tls_certificate_rejected", "1 while the files of -tls-cert and -tls-key cannot be used and an older certificate is.")
	descCertFailed  = desc("tls_certificate_failures_total", "Orders, renewals and replacements of certificates that failed.")
	descTLSFailures = desc("tls_handshake_failures_total", "TLS handshakes that failed, for whatever reason.")
)

func (c collector) collectHTTPS(ch chan<- prometheus.Metric, handshakeFailures uint64) {
	s := c.node.certificates.State()
	for _, d := range s.Domains {
		expires := 0.0
		if !d.Expires.IsZero() {
			expires = float64(d.Expires.Unix())
		}
		ch <- prometheus.MustNewConstMetric(descExpiry, prometheus.GaugeValue, expires, d.Name)
	}
	ch <- prometheus.MustNewConstMetric(descBadFiles, prometheus.GaugeValue, truth(s.Rejected != ""))
	ch <- prometheus.MustNewConstMetric(descCertFailed, prometheus.CounterValue, float64(s.Failures))
	ch <- prometheus.MustNewConstMetric(descTLSFailures, prometheus.CounterValue, float64(handshakeFailures))
}
