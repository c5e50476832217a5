package main

import (
	"fmt"
	"syscall"
)

// fileSystem returns the name and the kind of the file system of a directory. The
// numbers are those of statfs(2).
func fileSystem(dir string) (string, filesKind) {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return "", unknownFiles
	}
	switch magic := uint32(s.Type); magic {
	case 0x6969:
		return "NFS", networkFiles
	case 0x517b, 0xfe534d42, 0xff534d42:
		return "SMB", networkFiles
	case 0x01021997:
		return "9p", networkFiles
	case 0x00c36400:
		return "CephFS", networkFiles
	case 0x65735546:
		return "FUSE", networkFiles
	case 0x01021994, 0x858458f6:
		return "tmpfs", memoryFiles
	case 0x794c7630:
		return "overlayfs", layeredFiles
	case 0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1:
		return "a disk", diskFiles
	default:
		return fmt.Sprintf("a file system with number %#x", magic), unknownFiles
	}
}
