package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/pokey/actors/record"
	"example.com/pokey/cluster/etcdmember"
	"example.com/pokey/identity"
	"example.com/pokey/store"
	"example.com/pokey/store/backup"
	"example.com/pokey/store/boltstore"
)

const restoreUsage = "usage: pokey restore [flags] FILE: puts a backup in the place of what a stopped server, or a stopped cluster, has stored"

// restoration is one run of restore.
type restoration struct {
	config
	file       string
	passphrase string
	check      bool // and restore nothing
	replace    bool
	extend     bool
	stderr     io.Writer

	found *findings
	keys  *identity.Keys // of the service that the backup goes to
}

// restoreCommand reads a backup to its end, says what is in it, and only then begins
// to restore it.
func restoreCommand(ctx context.Context, args []string, getenv func(string) string, stderr io.Writer) error {
	r := &restoration{stderr: stderr}
	var err error
	r.config, args, err = parseDataFlags("restore", restoreUsage, args, getenv, stderr, func(fs *flag.FlagSet) {
		fs.StringVar(&r.passphrase, "passphrase-file", "", "open with the passphrase in `FILE`, and not with the server's secret")
		fs.BoolVar(&r.check, "check", false, "say what is in FILE, and restore nothing")
		fs.BoolVar(&r.replace, "replace", false, "replace what is stored already")
		fs.BoolVar(&r.extend, "extend-expiry", false, "let users live on as if no time had passed since the backup was made; else those expire whose time has run out")
	})
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return exit{exitUsage, errors.New(restoreUsage)}
	}
	r.file = args[0]
	if err := r.run(ctx); err != nil {
		if e := (exit{}); errors.As(err, &e) {
			return exit{e.code, inWords(err)}
		}
		return exit{exitData, inWords(err)}
	}
	return nil
}

func (r *restoration) run(ctx context.Context) error {
	if err := r.read(nil); err != nil {
		return fmt.Errorf("%s: %w", r.file, err)
	}
	r.say("%s: %s", r.file, r.found)
	if r.check {
		return nil
	}
	if err := r.fits(); err != nil {
		return err
	}
	if len(r.etcd) > 0 {
		return r.intoCluster(ctx)
	}
	if err := r.intoDirectory(); err != nil {
		return err
	}
	return giveToOwner(r.data)
}

func (r *restoration) say(format string, args ...any) {
	_, _ = fmt.Fprintf(r.stderr, format+"\n", args...)
}

// read reads the backup to its end, and passes the records to do.
func (r *restoration) read(do func(store.Record, []store.Record) error) error {
	f, err := os.Open(r.file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	key, err := r.key()
	if err != nil {
		return err
	}
	in, err := backup.NewReader(f, key)
	if err != nil {
		return err
	}
	extended := time.Since(in.About().Made)
	r.found, err = readAll(in, time.Now(), func(record store.Record, parts []store.Record) error {
		if do == nil {
			return nil
		}
		if r.extend && !record.Expires.IsZero() {
			record.Expires = record.Expires.Add(extended)
		}
		return do(record, parts)
	})
	return err
}

// key returns what opens the backup.
func (r *restoration) key() (backup.Key, error) {
	if r.passphrase != "" {
		return passphraseKey(r.passphrase)
	}
	keys, err := identity.Open(r.secretFile, false)
	if err != nil {
		return backup.Key{}, exit{exitConfig, fmt.Errorf("the backup is opened with the server's secret, or with -passphrase-file: %w", err)}
	}
	return secretKey(keys), nil
}

// fits makes sure that this version, with this secret, can use what is in the backup.
func (r *restoration) fits() (err error) {
	about := r.found.about
	if about.Form > record.Form {
		return fmt.Errorf("the backup was %w, %s: what is in it has form %d, and this version reads up to %d", store.ErrFormat, about.Version, about.Form, record.Form)
	}
	if r.keys, err = identity.Open(r.secretFile, false); err != nil {
		return exit{exitConfig, fmt.Errorf("the links and sessions in the backup work only with the secret they were made with: put it there first: %w", err)}
	}
	if !slices.ContainsFunc(about.Secrets, func(print string) bool { return slices.Contains(r.keys.Fingerprints(), print) }) {
		return exit{exitConfig, fmt.Errorf("%s has the secret with fingerprint %s, and the links and sessions in the backup were made with %s: put that one there first",
			r.secretFile, r.keys.Fingerprint(), strings.Join(about.Secrets, ", "))}
	}
	return nil
}

// intoDirectory restores a single node.
func (r *restoration) intoDirectory() (err error) {
	if r.data == "" {
		return exit{exitConfig, errors.New("-data is not a directory: there is nothing to restore to")}
	}
	if exists(filepath.Join(r.data, memberDir)) {
		if err := r.mayEndCluster(); err != nil {
			return err
		}
	}
	i, err := boltstore.BeginImport(r.data, record.Form)
	if errors.Is(err, store.ErrLocked) {
		return fmt.Errorf("a server is using %s: stop it first", r.data)
	}
	if err != nil {
		return err
	}
	existing, err := i.Existing()
	if err == nil && existing > 0 && !r.replace {
		err = fmt.Errorf("%s holds %s already: with -replace the backup takes its place, and the old file is kept beside it", r.data, count(existing, "record"))
	}
	if err == nil {
		err = r.read(i.Add)
	}
	if err != nil {
		return errors.Join(err, i.Abort())
	}
	aside, err := i.Finish()
	if err != nil {
		return err
	}
	r.say("restored to %s", r.data)
	if aside != "" {
		r.say("what was there before is in %s: it holds names and estimates, so delete it when you do not need it any more", aside)
	}
	return r.endCluster()
}

// mayEndCluster makes sure that the directory is that of a node that does not run, and
// whose copy of the rooms may go.
func (r *restoration) mayEndCluster() error {
	known, err := r.readNodes()
	if err != nil {
		return err
	}
	switch inUse, err := etcdmember.InUse(filepath.Join(r.data, memberDir)); {
	case err != nil:
		return err
	case known.Self == "":
		return fmt.Errorf("%s has the rooms of a node of a cluster, but %s does not say which node: restore into an empty directory", r.data, nodesFile)
	case inUse:
		return fmt.Errorf("a node of a cluster is using %s: a backup takes the place of a whole cluster, so stop all of its nodes first", r.data)
	case !r.replace:
		return fmt.Errorf("%s has the rooms of a node of a cluster. With -replace, the backup takes their place, and this node begins another cluster with it, alone: "+
			"do so only if no node of the cluster runs. Then start this node with -cluster and only its own name, empty the data directories of the others except for node and the secret, and run pokey cluster add for each", r.data)
	}
	return nil
}

// endCluster has a cluster that begins with this directory be another one than that which
// the backup, or the directory, is from: nodes of that one may still have data.
func (r *restoration) endCluster() error {
	known, err := r.readNodes()
	if err != nil {
		return err
	}
	if !exists(filepath.Join(r.data, memberDir)) {
		known.Generation = etcdmember.NextGeneration(known.Generation)
		r.say("start the server")
		return r.writeNodes(known)
	}
	kept, err := r.keepMemberData(known, []string{known.Self})
	if err != nil {
		return err
	}
	r.say(keptData, kept)
	r.say("start this node with -cluster %s, and add the others, which begin with no rooms", known.Self)
	return nil
}
