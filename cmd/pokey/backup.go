package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"example.com/pokey/actors/record"
	"example.com/pokey/identity"
	"example.com/pokey/store"
	"example.com/pokey/store/backup"
	"example.com/pokey/store/boltstore"
)

const backupUsage = "usage: pokey backup [flags] FILE: writes everything that a running server has stored to FILE, sealed; - is the standard output"

// backupCommand fetches a backup from a running server, checks all of it, and puts it
// in its place only then. If no server runs, it reads the data directory.
func backupCommand(ctx context.Context, args []string, getenv func(string) string, stderr io.Writer) error {
	var passphrase string
	var replace bool
	c, args, err := parseDataFlags("backup", backupUsage, args, getenv, stderr, func(fs *flag.FlagSet) {
		fs.StringVar(&passphrase, "passphrase-file", "", "seal with the passphrase in `FILE`, and not with the server's secret")
		fs.BoolVar(&replace, "replace", false, "replace FILE if it exists")
	})
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return exit{exitUsage, errors.New(backupUsage)}
	}
	keys, err := identity.Open(c.secretFile, false)
	if err != nil {
		return exit{exitConfig, fmt.Errorf("a backup is opened and checked with the server's secret: %w", err)}
	}
	to, err := createBackupFile(args[0], replace)
	if err != nil {
		return exit{exitData, err}
	}
	defer to.abandon()
	from, err := openSource(ctx, c, keys, stderr)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // it is checked while it is read
	found, err := copyBackup(from, keys, to, passphrase)
	if err == nil {
		err = to.finish()
	}
	if err != nil {
		return exit{exitData, fmt.Errorf("no backup was written: %w", inWords(err))}
	}
	_, _ = fmt.Fprintf(stderr, "%s: %s\n", args[0], found)
	return nil
}

// copyBackup copies a backup as it is, or sealed with a passphrase, and reads all of it.
func copyBackup(from io.Reader, keys *identity.Keys, to io.Writer, passphrase string) (*findings, error) {
	if passphrase == "" {
		in, err := backup.NewReader(io.TeeReader(from, to), secretKey(keys))
		if err != nil {
			return nil, err
		}
		return readAll(in, time.Now(), nil)
	}
	key, err := passphraseKey(passphrase)
	if err != nil {
		return nil, err
	}
	in, err := backup.NewReader(from, secretKey(keys))
	if err != nil {
		return nil, err
	}
	w, err := backup.NewWriter(to, key, in.About())
	if err != nil {
		return nil, err
	}
	found, err := readAll(in, time.Now(), w.Add)
	if err != nil {
		return nil, err
	}
	_, err = w.Close(found.summary.Damaged)
	return found, err
}

// openSource asks the server for a backup, or makes one if there is no server.
func openSource(ctx context.Context, c config, keys *identity.Keys, stderr io.Writer) (io.ReadCloser, error) {
	address := adminAddress(c.adminListen)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/backup", nil)
	if err != nil {
		return nil, exit{exitUsage, err}
	}
	client := http.Client{Transport: &http.Transport{ResponseHeaderTimeout: backupTimeout, DisableCompression: true}}
	response, err := client.Do(request)
	switch {
	case (errors.Is(err, syscall.ECONNREFUSED) || c.adminListen == "") && len(c.etcd) == 0 && exists(filepath.Join(c.data, "pokey.db")):
		_, _ = fmt.Fprintf(stderr, "no server answers at %q: reading %s\n", address, c.data)
		return readOffline(ctx, c, keys)
	case err != nil:
		return nil, fmt.Errorf("the server's admin port does not answer: %w; -admin-listen says where it is", err)
	case response.StatusCode == http.StatusOK:
		return response.Body, nil
	}
	defer func() { _ = response.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	if response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusMethodNotAllowed {
		text = []byte("it is not Pokey's admin port, or that of a version without backups")
	}
	return nil, fmt.Errorf("the server at %s refuses: %s", address, strings.TrimSpace(string(text)))
}

// readOffline makes a backup of a data directory that no server uses.
func readOffline(ctx context.Context, c config, keys *identity.Keys) (io.ReadCloser, error) {
	s, err := boltstore.Open(boltstore.Config{Dir: c.data, Form: record.Form})
	if errors.Is(err, store.ErrLocked) {
		return nil, exit{exitData, fmt.Errorf("a server is using %s, and its admin port is not at %q: -admin-listen says where it is", c.data, c.adminListen)}
	}
	if err != nil {
		return nil, exit{exitData, err}
	}
	reader, writer := io.Pipe()
	go func() {
		_, err := makeBackup(ctx, s, writer, keys)
		_ = writer.CloseWithError(errors.Join(err, s.Close())) // it returns no error
	}()
	return reader, nil
}

// adminAddress is where this machine reaches a port that listens on an address.
func adminAddress(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// passphraseKey reads a passphrase: the first line of a file.
func passphraseKey(file string) (backup.Key, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return backup.Key{}, exit{exitConfig, fmt.Errorf("-passphrase-file: %w", err)}
	}
	line, _, _ := strings.Cut(string(text), "\n")
	key, err := backup.Passphrase(strings.TrimRight(line, "\r"))
	if err != nil {
		return backup.Key{}, exit{exitConfig, fmt.Errorf("-passphrase-file: %w", err)}
	}
	return key, nil
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}
