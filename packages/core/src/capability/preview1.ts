import { type HostFunction, hostFunctions } from "./host-function.ts";

/**
 * WASI preview 1 (`wasi_snapshot_preview1`), every function of it: all but `proc_exit` give an error number. Spec 4.6; the
 * types are those of the WASI repository's witx files as every toolchain lowers them to a 32-bit memory.
 */
export const PREVIEW1: ReadonlyMap<string, HostFunction> = new Map([
  ...hostFunctions("basic", "nothing", "", { proc_exit: "i" }),
  ...hostFunctions("basic", "nothing", "i", {
    args_get: "ii",
    args_sizes_get: "ii",
    environ_get: "ii",
    environ_sizes_get: "ii",
    clock_res_get: "ii",
    clock_time_get: "iIi",
    random_get: "ii",
    poll_oneoff: "iiii",
    sched_yield: "",
    fd_read: "iiii",
    fd_write: "iiii",
    fd_close: "i",
    fd_seek: "iIii",
    fd_tell: "ii",
    fd_fdstat_get: "ii",
    fd_fdstat_set_flags: "ii",
    fd_prestat_get: "ii",
    fd_prestat_dir_name: "iii",
    fd_renumber: "ii",
    fd_filestat_get: "ii",
    fd_sync: "i",
    fd_datasync: "i",
    fd_pread: "iiiIi",
    fd_pwrite: "iiiIi",
    fd_advise: "iIIi",
  }),
  ...hostFunctions("filesystem", "root", "i", {
    path_open: "iiiiiIIii",
    path_filestat_get: "iiiii",
    path_readlink: "iiiiii",
    fd_readdir: "iiiIi",
    fd_fdstat_set_rights: "iII",
  }),
  ...hostFunctions("filesystem_write", "write_root", "i", {
    path_create_directory: "iii",
    path_remove_directory: "iii",
    path_unlink_file: "iii",
    path_rename: "iiiiii",
    path_link: "iiiiiii",
    path_symlink: "iiiii",
    path_filestat_set_times: "iiiiIIi",
    fd_allocate: "iII",
    fd_filestat_set_size: "iI",
    fd_filestat_set_times: "iIIi",
  }),
  ...hostFunctions("network", "never", "i", {
    sock_accept: "iii",
    sock_recv: "iiiiii",
    sock_send: "iiiii",
    sock_shutdown: "ii",
  }),
  ...hostFunctions("process", "never", "i", { proc_raise: "i" }),
]);

/**
 * Functions that `wasi_unstable`, the snapshot before, has under the same name and type with another meaning: a file's status is
 * shorter there, the three origins of a seek have other numbers, and a clock subscription has one more field. It has no
 * `sock_accept`.
 */
export const OTHERWISE_IN_UNSTABLE: ReadonlySet<string> = new Set([
  "fd_filestat_get",
  "path_filestat_get",
  "fd_seek",
  "poll_oneoff",
  "sock_accept",
]);
