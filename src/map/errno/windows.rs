//! The system error codes of Windows that files and mappings meet, under the names that POSIX has for them.
//!
//! A table and nothing else.

/// `ERROR_ACCESS_DENIED`
pub(crate) const EACCES: i32 = 5;
/// `ERROR_NOACCESS`
pub(crate) const EFAULT: i32 = 998;
/// `ERROR_INVALID_PARAMETER`
pub(crate) const EINVAL: i32 = 87;
/// `ERROR_IO_DEVICE`
pub(crate) const EIO: i32 = 1117;
/// `ERROR_DIRECTORY`
pub(crate) const EISDIR: i32 = 267;
/// `ERROR_CANT_RESOLVE_FILENAME`
pub(crate) const ELOOP: i32 = 1921;
/// `ERROR_INVALID_FUNCTION`
pub(crate) const ENODEV: i32 = 1;
/// `ERROR_FILE_NOT_FOUND`
pub(crate) const ENOENT: i32 = 2;
/// `ERROR_NOT_ENOUGH_MEMORY`
pub(crate) const ENOMEM: i32 = 8;
/// `ERROR_DISK_FULL`
pub(crate) const ENOSPC: i32 = 112;
/// `ERROR_NOT_SUPPORTED`
pub(crate) const ENOSYS: i32 = 50;
/// `ERROR_BAD_DEVICE`
pub(crate) const ENXIO: i32 = 1200;
/// `ERROR_PRIVILEGE_NOT_HELD`
pub(crate) const EPERM: i32 = 1314;
/// `ERROR_WRITE_PROTECT`
pub(crate) const EROFS: i32 = 19;
/// `ERROR_FILE_INVALID`
pub(crate) const ESTALE: i32 = 1006;
/// `ERROR_SHARING_VIOLATION`
pub(crate) const ETXTBSY: i32 = 32;

/// Number and name of the system's error codes that files and mappings meet.
pub(crate) const ERRNO_NAMES: &[(i32, &str)] = &[
    (ENODEV, "ERROR_INVALID_FUNCTION"),
    (ENOENT, "ERROR_FILE_NOT_FOUND"),
    (3, "ERROR_PATH_NOT_FOUND"),
    (4, "ERROR_TOO_MANY_OPEN_FILES"),
    (EACCES, "ERROR_ACCESS_DENIED"),
    (6, "ERROR_INVALID_HANDLE"),
    (ENOMEM, "ERROR_NOT_ENOUGH_MEMORY"),
    (14, "ERROR_OUTOFMEMORY"),
    (15, "ERROR_INVALID_DRIVE"),
    (EROFS, "ERROR_WRITE_PROTECT"),
    (21, "ERROR_NOT_READY"),
    (23, "ERROR_CRC"),
    (ETXTBSY, "ERROR_SHARING_VIOLATION"),
    (33, "ERROR_LOCK_VIOLATION"),
    (38, "ERROR_HANDLE_EOF"),
    (39, "ERROR_HANDLE_DISK_FULL"),
    (ENOSYS, "ERROR_NOT_SUPPORTED"),
    (53, "ERROR_BAD_NETPATH"),
    (59, "ERROR_UNEXP_NET_ERR"),
    (64, "ERROR_NETNAME_DELETED"),
    (80, "ERROR_FILE_EXISTS"),
    (EINVAL, "ERROR_INVALID_PARAMETER"),
    (109, "ERROR_BROKEN_PIPE"),
    (ENOSPC, "ERROR_DISK_FULL"),
    (123, "ERROR_INVALID_NAME"),
    (183, "ERROR_ALREADY_EXISTS"),
    (206, "ERROR_FILENAME_EXCED_RANGE"),
    (EISDIR, "ERROR_DIRECTORY"),
    (299, "ERROR_PARTIAL_COPY"),
    (487, "ERROR_INVALID_ADDRESS"),
    (EFAULT, "ERROR_NOACCESS"),
    (999, "ERROR_SWAPERROR"),
    (ESTALE, "ERROR_FILE_INVALID"),
    (EIO, "ERROR_IO_DEVICE"),
    (1132, "ERROR_MAPPED_ALIGNMENT"),
    (ENXIO, "ERROR_BAD_DEVICE"),
    (1224, "ERROR_USER_MAPPED_FILE"),
    (EPERM, "ERROR_PRIVILEGE_NOT_HELD"),
    (1455, "ERROR_COMMITMENT_LIMIT"),
    (ELOOP, "ERROR_CANT_RESOLVE_FILENAME"),
];
