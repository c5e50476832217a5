module example.com/pokey/cmd/pokey-load

go 1.26.6

require (
	github.com/anishathalye/porcupine v1.3.1
	github.com/coder/websocket v1.8.15
	github.com/gorilla/websocket v1.5.3
	golang.org/x/sys v0.49.0
)
