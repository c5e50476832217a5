package protocol

import "log/slog"

// What is printed or logged by accident does not tell an estimate.

const hidden = "estimate(hidden)"

// String does not tell the estimate.
func (Estimate) String() string { return hidden }

// LogValue does not tell the estimate.
func (Estimate) LogValue() slog.Value { return slog.StringValue(hidden) }

// String does not tell the estimate.
func (OwnEstimate) String() string { return hidden }

// LogValue does not tell the estimate.
func (OwnEstimate) LogValue() slog.Value { return slog.StringValue(hidden) }

// String is the request's name: what is in it stays between the client and the
// room.
func (in Incoming) String() string { return in.Name }

// LogValue is the request's name.
func (in Incoming) LogValue() slog.Value { return slog.StringValue(in.Name) }
