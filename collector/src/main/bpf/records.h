/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * What the sensor hands to user space: the records in the ring, the flows and the counters.
 *
 * The Java side reads them by offset; a test compares its offsets with the object's type
 * information. Numbers are of the host's byte order unless a comment says otherwise. Times are
 * nanoseconds of the boot-time clock.
 */
#pragma once

#define CONTAINER_ID_SIZE 64
#define COMM_SIZE 16
#define ANCESTORS 8

enum record_kind {
	RECORD_EXEC = 1,
	RECORD_FORK = 2,
	RECORD_EXIT = 3,
	RECORD_CONNECT = 4, /* TCP, at SYN_SENT */
	RECORD_SEND = 5, /* first packet of a flow that is not TCP */
	RECORD_CLOSE = 6, /* TCP, of a container in the host's network: as it goes on, and its end */
	RECORD_CALL = 10, /* a system call; counted by its class */
	COUNTER_PACKET = 7, /* counter only: packets that went into the flows */
	COUNTER_TASK = 8, /* counter only: processes entered into the task table */
	COUNTER_CGROUP = 9, /* counter only: cgroups that could not be looked up */
	COUNTER_CALL = 11, /* the first of CALL_CLASSES, one for each class of calls */
	RECORD_ANSWER = 43, /* a name server's answer to a container */
	COUNTERS = 44,
};

#define CALL_CLASSES 32
#define CALLS 512 /* numbers of each table; those of 32-bit calls come behind */
#define ASKED 1 /* a 64-bit call is reported */
#define ASKED_COMPAT 2 /* a 32-bit one */
#define CALL_ARGS 8 /* six are used */
#define CALL_TEXTS 3
#define NO_ARG 255

enum record_flag {
	FLAG_SETUP = 1 << 0,
	FLAG_UPPER_LAYER = 1 << 1,
	FLAG_FILELESS = 1 << 2,
	FLAG_HOST_MOUNTS = 1 << 3,
	FLAG_HOST_NETWORK = 1 << 4,
	FLAG_ARGS_TRUNCATED = 1 << 5,
	FLAG_ARGS_UNREADABLE = 1 << 6,
	FLAG_EXE_TRUNCATED = 1 << 7, /* the path's upper components are missing */
	FLAG_EXE_UNROOTED = 1 << 8, /* it hangs in no file system: a memfd */
	FLAG_CWD_TRUNCATED = 1 << 9,
	FLAG_CWD_UNROOTED = 1 << 10,
	FLAG_COMPAT = 1 << 11, /* a 32-bit system call */
	FLAG_CREATED = 1 << 12, /* the call made the file */
	FLAG_FILE_TRUNCATED = 1 << 13, /* as FLAG_EXE_TRUNCATED, of the call's file */
	FLAG_FILE_UNROOTED = 1 << 14,
	FLAG_TEXT_TRUNCATED = 1 << 15, /* an argument did not fit */
	FLAG_FILE = 1 << 16, /* the call's descriptor is open: what it leads to is in the record */
	FLAG_SOCKET = 1 << 17, /* and is a socket */
	FLAG_ENVIRONMENT_TRUNCATED = 1 << 18, /* or it could not be read */
	FLAG_GROUP_LEADER = 1 << 19,
	FLAG_INBOUND = 1 << 20, /* CLOSE: the other end began */
};

/* What a call's entry asks for. */
enum call_want {
	WANT_FILE = 1 << 0, /* the path of the descriptor's file */
	WANT_SOCKET = 1 << 1, /* the descriptor's socket */
	WANT_DNS = 1 << 2, /* the payload, when it goes to port 53 */
	WANT_MESSAGE = 1 << 3, /* the payload and its destination are in a message header */
	WANT_WORD = 1 << 4, /* the 8 bytes that an argument points to */
	ONLY_SOCKET = 1 << 5, /* not reported unless the descriptor is a socket */
	ONLY_STANDARD = 1 << 6, /* not reported unless the result is 0, 1 or 2 */
	ONLY_DONE = 1 << 7, /* not reported when it failed */
	ONLY_POSITIVE = 1 << 8, /* not reported when it failed or returned 0 */
	CHEAP = 1 << 9, /* thinned first when the ring fills */
	WANT_UNIX = 1 << 10, /* the path in the socket address, which stands as the first text */
	ONLY_UNIX = 1 << 11, /* not reported unless the address is one of a Unix socket */
};

/*
 * Which system calls are reported, and what is read for each: user space fills the table. An
 * argument is named by its number, NO_ARG is none.
 */
struct call_entry {
	__u8 class; /* counted by it; 0: not reported */
	__u8 fd; /* argument that is a descriptor; RESULT_FD: the result is one */
	__u8 text[CALL_TEXTS]; /* arguments that are strings */
	__u8 base[2]; /* directory of the first two: its descriptor's argument, or WORKING */
	__u8 address; /* argument that is a socket address, or a message header */
	__u8 data; /* argument that is a buffer; its length is the next */
	__u8 word; /* argument that points to 8 bytes */
	__u8 mask_arg; /* reported only when this argument has one of the bits of mask */
	__u8 equal_arg; /* reported only when this argument is one of equal */
	__u8 access; /* argument that has the flags of an open; ALWAYS_WRITES: it needs none */
	__u8 modes; /* bits of the modes that are reported at all */
	__u8 paths; /* the set of paths that are reported; 0: all */
	__u8 target; /* argument that is a pid; PIDFD: the first is a pidfd */
	__u32 wants; /* of enum call_want */
	__u32 unused_too;
	__u64 mask;
	__u32 equal[2];
};

#define RESULT_FD 254
#define WORKING 254
#define IN_WORD 253 /* as mask_arg and access: the word that was read */
#define ALWAYS_WRITES 252
#define PIDFD 251

/*
 * The mode of a call: the lowest two bits of an open's flags (for reading, for writing, for both),
 * and whether it failed. Calls that open nothing are like opens for reading.
 */
#define MODE_ACCESS 3
#define MODE_FAILED 4
#define ALL_MODES 0xff

/*
 * A path that is reported, or the beginning of one: the key of a trie by longest prefix. A whole
 * path has its NUL within the bits that count. The value has a bit for each mode, with those of
 * shorter keys that are its beginning.
 */
#define PATH_KEY_SIZE 251

struct path_key {
	__u32 bits; /* of set and path */
	__u8 set; /* of a call's entry */
	char path[PATH_KEY_SIZE];
};

/* The head of each record: what happened, and the process it happened in. */
struct record {
	__u32 kind;
	__u32 flags;
	__u64 time;
	__u64 start; /* of the process */
	__u64 parent_start;
	__u32 pid; /* thread-group id, 0 when the process is not known */
	__u32 tid;
	__u32 container_pid; /* thread-group id in the innermost pid namespace */
	__u32 parent_pid;
	__u32 uid;
	__u32 gid;
	__u32 net_namespace;
	__u32 mount_namespace;
	char comm[COMM_SIZE];
	char container[CONTAINER_ID_SIZE]; /* hexadecimal digits; zeros: of the host */
};

struct ancestor {
	__u64 start;
	__u32 pid;
	__u32 unused;
	char comm[COMM_SIZE];
};

/*
 * A program was started. The text follows the fixed part in this order: the name that was called
 * (NUL at its end), the executable's path and the working directory (components from the file
 * upwards, each with a NUL), the arguments and, where it is asked for, the environment as they lie
 * in memory.
 */
struct exec_record {
	struct record head;
	__u64 capabilities;
	__u64 permitted;
	/* the program's file: times are unix nanoseconds */
	__u64 inode;
	__u64 changed;
	__u64 modified;
	__u64 namespace_start; /* of the first process in its pid namespace */
	__u32 login_uid;
	__u32 tty;
	__u32 args_total; /* bytes of the arguments before they were cut */
	__u32 args_size;
	__u32 environment_size;
	__u32 unused;
	__u16 filename_size;
	__u16 exe_size;
	__u16 cwd_size;
	__u16 ancestor_count;
	struct ancestor ancestors[ANCESTORS]; /* the parent first */
};

struct exit_record {
	struct record head;
	__u32 status; /* as wait(2) gives it */
	__u32 unused;
};

/* A connection: CONNECT, SEND and CLOSE. Addresses are 16 bytes; IPv4 lies in the first four. */
struct connect_record {
	struct record head;
	__u64 bytes; /* CLOSE: bytes that the other end has acknowledged since the last report */
	__u64 packets; /* CLOSE: segments sent since then */
	__u64 received_bytes; /* CLOSE: bytes received since then */
	__u64 received_packets; /* CLOSE: segments received since then */
	__u64 opened; /* CLOSE: when the last report was, or the connection begun */
	__u16 family; /* 2 or 10 */
	__u16 protocol; /* 6, 17, … */
	__u16 local_port;
	__u16 remote_port;
	__u8 local_address[16];
	__u8 remote_address[16];
};

/*
 * A system call that returned. The text follows the fixed part: for each text the components of its
 * directory (from it upwards) where it is not absolute, then the text with its NUL; the components
 * of the file's path; the payload.
 */
struct call_record {
	struct record head;
	__s64 result;
	__u64 args[CALL_ARGS];
	__u64 word;
	__u64 capabilities; /* effective, after the call */
	__u32 number;
	__u32 class;
	__u16 base_size[2];
	__u16 text_size[CALL_TEXTS];
	__u16 file_size;
	__u16 data_size;
	__u16 mode; /* of the file */
	/* the socket; the remote end also from the call's arguments */
	__u16 family;
	__u16 protocol;
	__u16 type;
	__u16 local_port;
	__u16 remote_port;
	__u16 unused[3];
	__u32 effective_uid;
	__u32 effective_gid;
	/* the process that a pid among the arguments is; zeros when there is none */
	__u64 target_start;
	__u32 target_pid;
	__u32 unused_too;
	char target_comm[COMM_SIZE];
	__u8 local_address[16];
	__u8 remote_address[16];
};

/*
 * What a name server answered; it follows. A datagram that a network took in has that alone in its
 * head; what a process read has the process.
 */
struct answer_record {
	struct record head;
	__u32 size; /* of the message, which is cut at ANSWER_SIZE */
	__u32 stream; /* 1: read from a connection, perhaps with its length before it */
};

/* What user space asks for. */
struct wish {
	__u32 environment; /* whether execs tell the environment */
	__u32 generation; /* 0 or 1: which calls and paths are in force */
};

struct flow_key {
	__u32 net_namespace;
	__u16 remote_port;
	__u8 protocol;
	__u8 family;
	__u8 remote_address[16];
};

/* As flow_key, of a container that has the host's network. */
struct host_flow_key {
	char container[CONTAINER_ID_SIZE];
	struct flow_key flow;
};

/* Bytes are of layer 2. */
struct flow {
	__u64 bytes; /* sent */
	__u64 packets;
	__u64 received_bytes;
	__u64 received_packets;
};

/* made = kept + dropped + thinned + filtered, for each kind. */
struct counter {
	__u64 made;
	__u64 kept;
	__u64 dropped; /* for want of room */
	__u64 thinned; /* to leave room for others */
	__u64 filtered; /* as nobody asked for such a one */
};

/* Whose records were dropped or thinned, and how many. */
struct loss_key {
	char container[CONTAINER_ID_SIZE];
	__u32 counter;
	__u32 thinned;
};

/* What the sensor remembers of a process of a container. */
struct task_state {
	__u64 start_ticks; /* hundredths of a second since boot, as in /proc/PID/stat */
	__u32 setup; /* 1: a task of the container runtime that has not yet started the program */
	__u32 unused;
};
