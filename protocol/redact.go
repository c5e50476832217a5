package protocol

import "log/slog"

// An estimate that is printed or logged by accident stays secret.

const hidden = "estimate(hidden)"

// String hides the estimate.
func (Estimate) String() string { return hidden }

// LogValue hides the estimate.
func (Estimate) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the estimate.
func (EstimateAhead) String() string { return hidden }

// LogValue hides the estimate.
func (EstimateAhead) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the estimate.
func (OwnAheadVote) String() string { return hidden }

// LogValue hides the estimate.
func (OwnAheadVote) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the estimates.
func (OwnAhead) String() string { return hidden }

// LogValue hides the estimates.
func (OwnAhead) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the estimate.
func (OwnEstimate) String() string { return hidden }

// LogValue hides the estimate.
func (OwnEstimate) LogValue() slog.Value { return slog.StringValue(hidden) }

// String returns the request's name and nothing of its content.
func (in Incoming) String() string { return in.Name }

// LogValue returns the request's name and nothing of its content.
func (in Incoming) LogValue() slog.Value { return slog.StringValue(in.Name) }
