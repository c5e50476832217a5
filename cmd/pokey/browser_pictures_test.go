package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// The pictures of the README, made anew on demand:
//
//	POKEY_PICTURES=$PWD/docs go test ./cmd/pokey -run TestPictures
func TestPictures(t *testing.T) {
	dir := os.Getenv("POKEY_PICTURES")
	if dir == "" {
		t.Skip("POKEY_PICTURES names no directory for them")
	}
	still := []string{"prefers-reduced-motion", "reduce"}
	dark := append([]string{"prefers-color-scheme", "dark"}, still...)

	t.Run("room", func(t *testing.T) {
		ada := team(t, screen(1280, 800, false), media(still...))
		ada.button("Reveal")
		ada.shoot(filepath.Join(dir, "room.png"), `document.querySelector('.revealed') && !document.querySelector('[aria-disabled=true]')`)
	})
	t.Run("phone", func(t *testing.T) {
		team(t, screen(390, 844, true), media(still...)).shoot(filepath.Join(dir, "phone.png"), `document.querySelector('.card.picked')`)
	})
	t.Run("dark", func(t *testing.T) {
		ada := team(t, screen(1280, 800, false), media(dark...))
		ada.dialog("Topics", "topics")
		ada.fill("[data-paste]", "Log in with a passkey\nExport as PDF\nSearch that forgives typing mistakes")
		ada.button("Add ")
		ada.until(`document.querySelectorAll('.topic-list li').length === 3`)
		ada.closeDialog()
		ada.shoot(filepath.Join(dir, "dark.png"), `document.querySelector('.next')`)
	})
}

// team is a room in the middle of a planning, as its owner sees it.
func team(t *testing.T, first ...chromedp.Action[chromedp.Void]) *person {
	t.Helper()
	server := listen(t)
	ada, link := openRoom(t, server, "Ada", first...)
	for _, member := range [][3]string{
		{"Ben", "5", "We have the form already, only the mail is new"},
		{"Chiara", "13", "Nobody has touched that token code since 2019"},
		{"Deniz", "5", ""},
		{"Emil", "3", "It is one table and one page"},
		{"Farah", "8", ""},
	} {
		server.guest(t, link, member[0]).estimates(member[1], member[2])
	}
	server.guest(t, link, "Grace").asks(map[string]any{"request": "setRole", "role": "observer"})
	ada.fill("[data-topic]", "Reset a forgotten password")
	ada.keys("\r")
	ada.fill(".reason textarea", "Mail templates in two languages")
	ada.card("8")
	ada.until(`document.querySelectorAll('.seat .card').length === 6 && !document.querySelector('.toast')`)
	return ada
}

// shoot writes what is on the screen once it has come to rest.
func (p *person) shoot(file, when string) {
	p.t.Helper()
	p.until("%s", when)
	p.until(`(window.scrollTo(0, 0), document.activeElement.blur(), document.getAnimations().every(a => a.playState !== 'running'))`)
	p.until(`!document.querySelector('.toast, [data-undo]')`) // the offer to take the reveal back ends by itself
	p.do(chromedp.Evaluate[chromedp.Void](`scrollTo(0, 0)`), chromedp.MouseEvent(chromedp.MouseMoved, 1, 1))
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if picture, err = lighter(picture); err == nil {
		err = os.WriteFile(file, picture, 0o644)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// lighter is a picture in 256 colours, for most of a picture's bytes are the
// noise in its gradients: colours that lie close together become their mean, and
// the rare ones the nearest of the others.
func lighter(picture []byte) ([]byte, error) {
	drawn, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	bounds := drawn.Bounds()
	cells := map[[3]uint32]*cell{}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			r, g, b, _ := drawn.At(x, y).RGBA()
			key := [3]uint32{r >> 10, g >> 10, b >> 10}
			if cells[key] == nil {
				cells[key] = &cell{}
			}
			cells[key].add(r, g, b)
		}
	}
	common := slices.SortedFunc(maps.Values(cells), func(a, b *cell) int { return b.n - a.n })
	var palette color.Palette
	for _, c := range common[:min(256, len(common))] {
		palette = append(palette, c.mean())
	}
	for _, c := range cells {
		c.place = uint8(palette.Index(c.mean()))
	}
	flat := image.NewPaletted(bounds, palette)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			r, g, b, _ := drawn.At(x, y).RGBA()
			flat.SetColorIndex(x, y, cells[[3]uint32{r >> 10, g >> 10, b >> 10}].place)
		}
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, flat)
	return out.Bytes(), err
}

// cell is the colours of a picture that lie close together.
type cell struct {
	n       int
	r, g, b uint64
	place   uint8 // in the palette
}

func (c *cell) add(r, g, b uint32) {
	c.n++
	c.r, c.g, c.b = c.r+uint64(r), c.g+uint64(g), c.b+uint64(b)
}

func (c *cell) mean() color.Color {
	n := uint64(c.n)
	return color.RGBA64{uint16(c.r / n), uint16(c.g / n), uint16(c.b / n), 0xffff}
}
