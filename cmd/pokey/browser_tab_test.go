package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/chromedp/chromedp"
)

// screenTab is what a person has in front of them, in whichever browser.
type screenTab interface {
	visit(ctx context.Context, url string) error
	// eval returns the value of an expression, or of its promise, as JSON.
	eval(ctx context.Context, js string) ([]byte, error)
	// click presses the mouse at CSS pixels from the left and the top.
	click(ctx context.Context, x, y float64) error
	// keys presses keys, those of package kb too, one after the other.
	keys(ctx context.Context, keys string, modifiers ...chromedp.Modifier) error
	// insert puts a text where the caret is, as a paste does.
	insert(ctx context.Context, text string) error
	// resize sets the page's size in CSS pixels.
	resize(ctx context.Context, width, height int64) error
	// screenshot returns a PNG of what is on the screen.
	screenshot(ctx context.Context) ([]byte, error)
}

// evaluate is the value of an expression. Null and undefined are values of type any only.
func evaluate[T any](ctx context.Context, tab screenTab, js string) (T, error) {
	var value T
	data, err := tab.eval(ctx, js)
	if err != nil {
		return value, err
	}
	if len(data) == 0 || string(data) == "null" {
		if _, anything := any(&value).(*any); !anything {
			err = errors.New("got nothing, want a value")
		}
		return value, err
	}
	return value, json.Unmarshal(data, &value)
}

// chromiumTab is the tab of the context.
type chromiumTab struct{}

func (chromiumTab) visit(ctx context.Context, url string) error {
	return chromedp.Do(ctx, chromedp.Navigate(url))
}

func (chromiumTab) eval(ctx context.Context, js string) ([]byte, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[[]byte](js, chromedp.EvalAwaitPromise))
}

func (chromiumTab) click(ctx context.Context, x, y float64) error {
	return chromedp.Do(ctx, chromedp.MouseClickXY(x, y))
}

func (chromiumTab) keys(ctx context.Context, keys string, modifiers ...chromedp.Modifier) error {
	return chromedp.Do(ctx, chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...)))
}

func (chromiumTab) insert(ctx context.Context, text string) error {
	return chromedp.Do(ctx, insert(text))
}

func (chromiumTab) resize(ctx context.Context, width, height int64) error {
	return chromedp.Do(ctx, screen(width, height, false))
}

func (chromiumTab) screenshot(ctx context.Context) ([]byte, error) {
	return chromedp.Run(ctx, chromedp.CaptureScreenshot())
}
