//! The names of the calls by which mapped memory is read and written.

/// The call by which the kernel copies between a mapping and our own memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Primitive {
    /// `process_vm_readv(2)` and `process_vm_writev(2)` on our own process (Linux). Old container run-times refuse them.
    ProcessVm,
    /// A pipe: write(2) from the mapping into it, read(2) from it into the mapping (Linux, where the first is refused).
    Pipe,
    /// `mach_vm_read_overwrite` and `mach_vm_write` on our own task (macOS).
    MachVm,
    /// `ReadProcessMemory` and `WriteProcessMemory` on our own process (Windows).
    ProcessMemory,
    /// None passed the self-test: every read is a gap and every store is refused.
    None,
}
