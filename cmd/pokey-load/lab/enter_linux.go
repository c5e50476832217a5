package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// inside is the variable that tells the program that it is in the lab.
const inside = "POKEY_LOAD_LAB"

// leavePatience is how long the program in the lab has to end once it is told to.
const leavePatience = time.Minute

// Inside reports whether this process was started by [Enter].
func Inside() bool { return os.Getenv(inside) != "" }

// Check says why there can be no lab here, if there is a reason.
func Check() error {
	if os.Geteuid() != 0 {
		return errors.New("network namespaces need root: run it with sudo")
	}
	tun, err := os.OpenFile(tunDevice, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("the lab's network cards: %w", err)
	}
	return tun.Close()
}

// Enter runs this program again in a lab, with the arguments given, and returns
// its exit status. When ctx ends the program there is told so by SIGTERM.
func Enter(ctx context.Context, args []string, stdout, stderr io.Writer) (status int, err error) {
	if err := Check(); err != nil {
		return 0, err
	}
	runtime.LockOSThread() // the child ends with the thread that started it
	defer runtime.UnlockOSThread()
	self := exec.CommandContext(ctx, "/proc/self/exe", args...) //nolint:gosec // it is this program
	self.Env = append(os.Environ(), inside+"=1")
	self.Stdout, self.Stderr = stdout, stderr
	self.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWNS,
		Pdeathsig:  unix.SIGKILL,
	}
	self.Cancel = func() error { return self.Process.Signal(unix.SIGTERM) }
	self.WaitDelay = leavePatience
	err = self.Run()
	if self.ProcessState != nil {
		return self.ProcessState.ExitCode(), nil
	}
	return 0, fmt.Errorf("enter the lab: %w", err)
}

// setUpNamespaces makes the namespaces that the program is in its own.
func setUpNamespaces() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mounts: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("/proc: %w", err)
	}
	return nil
}

// MountMemory puts a file system in memory at the directory, for this program
// and those that it starts; it is gone with them. It holds that many megabytes.
func MountMemory(dir string, megabytes int) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("mode=0700,size=%dm", megabytes)); err != nil {
		return fmt.Errorf("a file system in memory: %w", err)
	}
	return nil
}
