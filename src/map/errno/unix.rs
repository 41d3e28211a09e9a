//! The names of error numbers on POSIX systems (errno(3)).
//!
//! A table and nothing else, and the numbers that are decided on. Where two names share a number, the one that strace(1) prints stands here.

pub(crate) use libc::{
    EACCES, EFAULT, EINVAL, EIO, EISDIR, ELOOP, ENODEV, ENOENT, ENOMEM, ENOSPC, ENOSYS, ENXIO,
    EPERM, EROFS, ESTALE, ETXTBSY,
};

/// Number and name, for every error of the system.
pub(crate) const ERRNO_NAMES: &[(i32, &str)] = &[
    (libc::E2BIG, "E2BIG"),
    (libc::EACCES, "EACCES"),
    (libc::EADDRINUSE, "EADDRINUSE"),
    (libc::EADDRNOTAVAIL, "EADDRNOTAVAIL"),
    (libc::EAFNOSUPPORT, "EAFNOSUPPORT"),
    (libc::EAGAIN, "EAGAIN"),
    (libc::EALREADY, "EALREADY"),
    (libc::EBADF, "EBADF"),
    (libc::EBADMSG, "EBADMSG"),
    (libc::EBUSY, "EBUSY"),
    (libc::ECANCELED, "ECANCELED"),
    (libc::ECHILD, "ECHILD"),
    (libc::ECONNABORTED, "ECONNABORTED"),
    (libc::ECONNREFUSED, "ECONNREFUSED"),
    (libc::ECONNRESET, "ECONNRESET"),
    (libc::EDEADLK, "EDEADLK"),
    (libc::EDESTADDRREQ, "EDESTADDRREQ"),
    (libc::EDOM, "EDOM"),
    (libc::EDQUOT, "EDQUOT"),
    (libc::EEXIST, "EEXIST"),
    (libc::EFAULT, "EFAULT"),
    (libc::EFBIG, "EFBIG"),
    (libc::EHOSTDOWN, "EHOSTDOWN"),
    (libc::EHOSTUNREACH, "EHOSTUNREACH"),
    (libc::EIDRM, "EIDRM"),
    (libc::EILSEQ, "EILSEQ"),
    (libc::EINPROGRESS, "EINPROGRESS"),
    (libc::EINTR, "EINTR"),
    (libc::EINVAL, "EINVAL"),
    (libc::EIO, "EIO"),
    (libc::EISCONN, "EISCONN"),
    (libc::EISDIR, "EISDIR"),
    (libc::ELOOP, "ELOOP"),
    (libc::EMFILE, "EMFILE"),
    (libc::EMLINK, "EMLINK"),
    (libc::EMSGSIZE, "EMSGSIZE"),
    (libc::EMULTIHOP, "EMULTIHOP"),
    (libc::ENAMETOOLONG, "ENAMETOOLONG"),
    (libc::ENETDOWN, "ENETDOWN"),
    (libc::ENETRESET, "ENETRESET"),
    (libc::ENETUNREACH, "ENETUNREACH"),
    (libc::ENFILE, "ENFILE"),
    (libc::ENOBUFS, "ENOBUFS"),
    (libc::ENODATA, "ENODATA"),
    (libc::ENODEV, "ENODEV"),
    (libc::ENOENT, "ENOENT"),
    (libc::ENOEXEC, "ENOEXEC"),
    (libc::ENOLCK, "ENOLCK"),
    (libc::ENOLINK, "ENOLINK"),
    (libc::ENOMEM, "ENOMEM"),
    (libc::ENOMSG, "ENOMSG"),
    (libc::ENOPROTOOPT, "ENOPROTOOPT"),
    (libc::ENOSPC, "ENOSPC"),
    (libc::ENOSR, "ENOSR"),
    (libc::ENOSTR, "ENOSTR"),
    (libc::ENOSYS, "ENOSYS"),
    (libc::ENOTBLK, "ENOTBLK"),
    (libc::ENOTCONN, "ENOTCONN"),
    (libc::ENOTDIR, "ENOTDIR"),
    (libc::ENOTEMPTY, "ENOTEMPTY"),
    (libc::ENOTRECOVERABLE, "ENOTRECOVERABLE"),
    (libc::ENOTSOCK, "ENOTSOCK"),
    (libc::ENOTTY, "ENOTTY"),
    (libc::ENXIO, "ENXIO"),
    (libc::EOPNOTSUPP, "EOPNOTSUPP"),
    (libc::EOVERFLOW, "EOVERFLOW"),
    (libc::EOWNERDEAD, "EOWNERDEAD"),
    (libc::EPERM, "EPERM"),
    (libc::EPFNOSUPPORT, "EPFNOSUPPORT"),
    (libc::EPIPE, "EPIPE"),
    (libc::EPROTO, "EPROTO"),
    (libc::EPROTONOSUPPORT, "EPROTONOSUPPORT"),
    (libc::EPROTOTYPE, "EPROTOTYPE"),
    (libc::ERANGE, "ERANGE"),
    (libc::EREMOTE, "EREMOTE"),
    (libc::EROFS, "EROFS"),
    (libc::ESHUTDOWN, "ESHUTDOWN"),
    (libc::ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT"),
    (libc::ESPIPE, "ESPIPE"),
    (libc::ESRCH, "ESRCH"),
    (libc::ESTALE, "ESTALE"),
    (libc::ETIME, "ETIME"),
    (libc::ETIMEDOUT, "ETIMEDOUT"),
    (libc::ETOOMANYREFS, "ETOOMANYREFS"),
    (libc::ETXTBSY, "ETXTBSY"),
    (libc::EUSERS, "EUSERS"),
    (libc::EXDEV, "EXDEV"),
    #[cfg(target_os = "linux")]
    (libc::EADV, "EADV"),
    #[cfg(target_os = "linux")]
    (libc::EBADE, "EBADE"),
    #[cfg(target_os = "linux")]
    (libc::EBADFD, "EBADFD"),
    #[cfg(target_os = "linux")]
    (libc::EBADR, "EBADR"),
    #[cfg(target_os = "linux")]
    (libc::EBADRQC, "EBADRQC"),
    #[cfg(target_os = "linux")]
    (libc::EBADSLT, "EBADSLT"),
    #[cfg(target_os = "linux")]
    (libc::EBFONT, "EBFONT"),
    #[cfg(target_os = "linux")]
    (libc::ECHRNG, "ECHRNG"),
    #[cfg(target_os = "linux")]
    (libc::ECOMM, "ECOMM"),
    #[cfg(target_os = "linux")]
    (libc::EDOTDOT, "EDOTDOT"),
    #[cfg(target_os = "linux")]
    (libc::EHWPOISON, "EHWPOISON"),
    #[cfg(target_os = "linux")]
    (libc::EISNAM, "EISNAM"),
    #[cfg(target_os = "linux")]
    (libc::EKEYEXPIRED, "EKEYEXPIRED"),
    #[cfg(target_os = "linux")]
    (libc::EKEYREJECTED, "EKEYREJECTED"),
    #[cfg(target_os = "linux")]
    (libc::EKEYREVOKED, "EKEYREVOKED"),
    #[cfg(target_os = "linux")]
    (libc::EL2HLT, "EL2HLT"),
    #[cfg(target_os = "linux")]
    (libc::EL2NSYNC, "EL2NSYNC"),
    #[cfg(target_os = "linux")]
    (libc::EL3HLT, "EL3HLT"),
    #[cfg(target_os = "linux")]
    (libc::EL3RST, "EL3RST"),
    #[cfg(target_os = "linux")]
    (libc::ELIBACC, "ELIBACC"),
    #[cfg(target_os = "linux")]
    (libc::ELIBBAD, "ELIBBAD"),
    #[cfg(target_os = "linux")]
    (libc::ELIBEXEC, "ELIBEXEC"),
    #[cfg(target_os = "linux")]
    (libc::ELIBMAX, "ELIBMAX"),
    #[cfg(target_os = "linux")]
    (libc::ELIBSCN, "ELIBSCN"),
    #[cfg(target_os = "linux")]
    (libc::ELNRNG, "ELNRNG"),
    #[cfg(target_os = "linux")]
    (libc::EMEDIUMTYPE, "EMEDIUMTYPE"),
    #[cfg(target_os = "linux")]
    (libc::ENAVAIL, "ENAVAIL"),
    #[cfg(target_os = "linux")]
    (libc::ENOANO, "ENOANO"),
    #[cfg(target_os = "linux")]
    (libc::ENOCSI, "ENOCSI"),
    #[cfg(target_os = "linux")]
    (libc::ENOKEY, "ENOKEY"),
    #[cfg(target_os = "linux")]
    (libc::ENOMEDIUM, "ENOMEDIUM"),
    #[cfg(target_os = "linux")]
    (libc::ENONET, "ENONET"),
    #[cfg(target_os = "linux")]
    (libc::ENOPKG, "ENOPKG"),
    #[cfg(target_os = "linux")]
    (libc::ENOTNAM, "ENOTNAM"),
    #[cfg(target_os = "linux")]
    (libc::ENOTUNIQ, "ENOTUNIQ"),
    #[cfg(target_os = "linux")]
    (libc::EREMCHG, "EREMCHG"),
    #[cfg(target_os = "linux")]
    (libc::EREMOTEIO, "EREMOTEIO"),
    #[cfg(target_os = "linux")]
    (libc::ERESTART, "ERESTART"),
    #[cfg(target_os = "linux")]
    (libc::ERFKILL, "ERFKILL"),
    #[cfg(target_os = "linux")]
    (libc::ESRMNT, "ESRMNT"),
    #[cfg(target_os = "linux")]
    (libc::ESTRPIPE, "ESTRPIPE"),
    #[cfg(target_os = "linux")]
    (libc::EUCLEAN, "EUCLEAN"),
    #[cfg(target_os = "linux")]
    (libc::EUNATCH, "EUNATCH"),
    #[cfg(target_os = "linux")]
    (libc::EXFULL, "EXFULL"),
];
