package transport

import (
	"net/http"
	"strconv"
	"strings"

	"rsc.io/qr"
)

// quiet is the margin that scanners need around a QR code, in modules.
const quiet = 4

// serveQR answers with the room's full URL as a QR code. The id must be genuine, so
// that nobody can have other text drawn.
func (s *Server) serveQR(w http.ResponseWriter, r *http.Request, here site, room string) {
	if _, err := s.cfg.Keys.Room(room); err != nil {
		refuseNotFound.write(w)
		return
	}
	code, err := qr.Encode(here.origin+s.cfg.BasePath+"r/"+room, qr.M)
	if err != nil { // only with a base path of thousands of characters
		s.cfg.Log.Error("room URL does not fit a QR code", "err", err)
		refuseInternal.write(w)
		return
	}
	picture := asset{contentType: contentType(".svg"), cache: "private, max-age=3600", content: asItIs(drawQR(code))}
	picture.serve(w, r, s.mint(w, r, here))
}

// drawQR returns the code as an SVG of one path, dark on white in every theme.
func drawQR(code *qr.Code) []byte {
	side := strconv.Itoa(code.Size + 2*quiet)
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` + side + ` ` + side +
		`" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h` + side + `v` + side + `H0z"/><path d="`)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				n := strconv.Itoa(run)
				b.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h" + n + "v1h-" + n + "z")
				x += run
			}
		}
	}
	b.WriteString(`"/></svg>` + "\n")
	return []byte(b.String())
}
