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
	RECORD_CLOSE = 6, /* TCP, of a container in the host's network namespace */
	COUNTER_PACKET = 7, /* counter only: packets that went into the flows */
	COUNTER_TASK = 8, /* counter only: processes entered into the task table */
	COUNTER_CGROUP = 9, /* counter only: cgroups that could not be looked up */
	COUNTERS = 10,
};

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
 * upwards, each with a NUL), the arguments as they lie in memory.
 */
struct exec_record {
	struct record head;
	__u64 capabilities;
	__u32 login_uid;
	__u32 tty;
	__u32 args_total; /* bytes of the arguments before they were cut */
	__u32 args_size;
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
	__u64 bytes; /* CLOSE: bytes that the other end has acknowledged */
	__u64 packets; /* CLOSE: segments sent */
	__u64 opened; /* CLOSE: when it was begun */
	__u16 family; /* 2 or 10 */
	__u16 protocol; /* 6, 17, … */
	__u16 local_port;
	__u16 remote_port;
	__u8 local_address[16];
	__u8 remote_address[16];
};

struct flow_key {
	__u32 net_namespace;
	__u16 remote_port;
	__u8 protocol;
	__u8 family;
	__u8 remote_address[16];
};

struct flow {
	__u64 bytes; /* of layer 2 */
	__u64 packets;
};

/* made = kept + dropped, for each kind. */
struct counter {
	__u64 made;
	__u64 kept;
	__u64 dropped;
};

/* What the sensor remembers of a process of a container. */
struct task_state {
	__u64 start_ticks; /* hundredths of a second since boot, as in /proc/PID/stat */
	__u32 setup; /* 1: a task of the container runtime that has not yet started the program */
	__u32 unused;
};
