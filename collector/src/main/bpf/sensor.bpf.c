// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
/*
 * The kernel sensor: what processes of containers start, end, connect to and send.
 *
 * Raw tracepoints only, with what kernel 5.8 already had. Each program first asks whether it is
 * about a container at all and leaves if not.
 */
#include "kernel.h"
#include "records.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

/*
 * Two objects are made of this. In the direct one the programs are of the kind whose arguments have
 * the kernel's types: the kernel's structs are read by plain loads, which it makes safe. That takes
 * kernel 5.11. In the other one each read is a call of a helper, as kernel 5.8 has it; what is not
 * reached from an argument by members alone is read so in both.
 */
#ifdef DIRECT
#define TRACEPOINT(name) SEC("tp_btf/" #name)
#define CURRENT() bpf_get_current_task_btf()
#define READ_1(source, a) ((source)->a)
#define READ_2(source, a, b) ((source)->a->b)
#define READ_3(source, a, b, c) ((source)->a->b->c)
#define READ(source, ...) \
	___bpf_apply(READ_, ___bpf_narg(__VA_ARGS__))(source, __VA_ARGS__)
#define READ_4(source, a, b, c, d) ((source)->a->b->c->d)
#define READ_ELEMENT(to, source, member, index) (*(to) = (source)->member[index])
#define READ_COMM(to, task)                                                                     \
	({                                                                                      \
		((__u64 *)(to))[0] = *(const __u64 *)&(task)->comm[0];                         \
		((__u64 *)(to))[1] = *(const __u64 *)&(task)->comm[8];                         \
	})
#else
#define TRACEPOINT(name) SEC("raw_tp/" #name)
#define CURRENT() ((struct task_struct *)bpf_get_current_task())
#define READ(source, ...) BPF_CORE_READ(source, __VA_ARGS__)
#define READ_ELEMENT(to, source, member, index)                                                \
	bpf_core_read(to, sizeof(*(to)), &(source)->member[index])
#define READ_COMM(to, task) bpf_core_read(to, COMM_SIZE, &(task)->comm)
#endif

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define CGROUP_LEVELS 256
#define PARENT_LEVELS 64
#define PATH_COMPONENTS 48
#define MOST_COMPONENTS 64 /* a power of two above it */
#define PATH_AT (sizeof(struct path_key) - PATH_KEY_SIZE)
#define MOST_PATHS 16384
#define NAME_MAX_SIZE 256
#define FILENAME_SIZE 1024
#define PATH_SIZE 2048
#define ARGS_SIZE 4096
#define ENVIRONMENT_SIZE 4096
#define TEXT_SIZE 16384
#define SECOND 1000000000
#define CHEAP_A_SECOND 500
#define FEW_A_SECOND 100
#define ARGUMENT_SIZE 4096
#define DNS_SIZE 512
#define DNS_PORT 53
#define AF_UNIX 1
#define UNIX_PATH_MAX 108
#define XARRAY_LEVELS 6
#define XARRAY_BITS 6
#define PID_FS_MAGIC 0x50494446
#define AT_FDCWD -100
#define S_IFMT 0xf000
#define S_IFSOCK 0xc000
#define FMODE_CREATED (1 << 20)
#define TS_COMPAT 2 /* x86 */
#define TIF_32BIT 22 /* arm64 */

#define OVERLAYFS_SUPER_MAGIC 0x794c7630
#define IFF_LOOPBACK 0x8
#define AF_INET 2
#define AF_INET6 10
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd
#define IPV4_HEADER_SIZE 20 /* without options */
#define IPV6_HEADER_SIZE 40
#define PORTS_SIZE 4
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_ICMPV6 58
#define TCP_SYN_SENT 2
#define TCP_CLOSE 7
#define FLOW_PAUSE 2000000000 /* nanoseconds between two reports of a connection */
#define FIRST_USER_PORT 1024
#define FIRST_CLIENT_PORT 32768 /* where the kernel begins to choose a client's port */
#define TICK 10000000 /* nanoseconds of the unit in which /proc gives a start time */
#define PATH_TRUNCATED (1 << 30)
#define PATH_UNROOTED (1 << 29)

/* Whether processes of the host are reported too; set before the object is loaded. */
const volatile bool include_host = false;

/* The host's own namespaces; 0 until the first event has found them. */
__u32 host_mount_namespace = 0;
__u64 host_network = 0;

/* Whether a connection has ever been followed: on most hosts no container has the host's network. */
__u32 has_followed = 0;

/*
 * What is reported of the calls with a number: of 64-bit ones, of 32-bit ones. Each call on the host
 * asks here first, where it takes no map to be looked up.
 */
__u8 asked[CALLS] SEC(".data.asked");

/* The records' layout, kept in the object's type information for the reader's test. */
const struct exec_record *layout_exec __attribute__((unused));
const struct exit_record *layout_exit __attribute__((unused));
const struct connect_record *layout_connect __attribute__((unused));
const struct call_record *layout_call __attribute__((unused));
const struct answer_record *layout_answer __attribute__((unused));
const enum record_kind *layout_kind __attribute__((unused));
const enum record_flag *layout_flag __attribute__((unused));
const enum call_want *layout_want __attribute__((unused));

struct container_id {
	char digits[CONTAINER_ID_SIZE] __attribute__((aligned(8))); /* zeros: not a container */
};

struct cgroup_key {
	__u64 id;
	__u32 hierarchy;
	__u32 unused;
};

/* The record ends where the text begins, so that both are one piece. */
struct scratch {
	union {
		struct exec_record exec;
		struct {
			char unused[sizeof(struct exec_record) - sizeof(struct call_record)];
			struct call_record call;
		};
	};
	char text[TEXT_SIZE];
	__u32 text_size;
	/* where the components of the path that was added last begin, from the file upwards */
	__u32 components;
	__u16 component_at[MOST_COMPONENTS];
	/* the call's modes that pass by its paths, and whether any path has been looked up */
	__u32 passes;
	__u32 looked_up;
	union {
		struct path_key path;
		char room[sizeof(struct path_key) + 2 * NAME_MAX_SIZE];
	};
	char asked[NAME_MAX_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} ring SEC(".maps");

/* 1 while the reader waits to be woken; else it looks by itself every few milliseconds. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} sleeping SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, __u32);
	__type(value, struct counter);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct cgroup_key);
	__type(value, struct container_id);
} cgroups SEC(".maps");

/* The container that the host itself is, where it is one; else zeros. User space knows it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct container_id);
} host_container SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, struct task_state);
} tasks SEC(".maps");

/* A connection, and how much of it is reported. */
struct connection {
	struct record head;
	__u64 reported; /* when */
	__u64 bytes;
	__u64 packets;
	__u64 received_bytes;
	__u64 received_packets;
};

/* Connections of containers that share the host's network: there only the socket tells whose. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct connection);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

/* How many records a container has had in a second; only kept while the ring is filling. */
struct pace {
	__u64 second;
	__u32 all;
	__u32 cheap;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct container_id);
	__type(value, struct pace);
} paces SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct loss_key);
	__type(value, __u64);
} losses_of SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wish);
} wishes SEC(".maps");

/*
 * What is reported of each system call; of 32-bit calls from CALLS on, and all of it twice: user
 * space writes the generation that is not in force.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4 * CALLS);
	__type(key, __u32);
	__type(value, struct call_entry);
} calls SEC(".maps");

/*
 * The paths that are reported, by generation. An update of the outer map returns only when no
 * program can still look into the map that was there.
 */
struct path_map {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, MOST_PATHS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct path_key);
	__type(value, __u32);
} paths_a SEC(".maps"), paths_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct path_map);
} paths SEC(".maps") = {
	.values = { &paths_a, &paths_b },
};

/*
 * Egress is summed in one of two maps. User space swaps them: that update returns only when no
 * program can still write to the old one, so what is read out of it is exact.
 */
struct flow_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, struct flow_key);
	__type(value, struct flow);
} flows_a SEC(".maps"), flows_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct flow_map);
} flows SEC(".maps") = {
	.values = { &flows_a },
};

/* The same for containers in the host's network, where the packet's network does not tell whose. */
struct host_flow_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct host_flow_key);
	__type(value, struct flow);
} host_flows_a SEC(".maps"), host_flows_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct host_flow_map);
} host_flows SEC(".maps") = {
	.values = { &host_flows_a },
};

/*
 * Not 0 as soon as a container has the host's network: a start tells, and user space of those that
 * ran before.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} host_network_used SEC(".maps");

/*
 * Which container sends from an address and port of the host, as flow_key has the other end: what
 * comes in for these is its.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct flow_key);
	__type(value, struct container_id);
} port_owners SEC(".maps");

/* ---- counting ---- */

enum fate {
	KEPT,
	DROPPED,
	THINNED,
	FILTERED,
};

static __always_inline void count(__u32 kind, enum fate fate)
{
	struct counter *counter = bpf_map_lookup_elem(&counters, &kind);

	if (!counter)
		return;
	/* Atomic, as an interrupt's program can come between. */
	__sync_fetch_and_add(&counter->made, 1);
	if (fate == KEPT)
		__sync_fetch_and_add(&counter->kept, 1);
	else if (fate == DROPPED)
		__sync_fetch_and_add(&counter->dropped, 1);
	else if (fate == THINNED)
		__sync_fetch_and_add(&counter->thinned, 1);
	else
		__sync_fetch_and_add(&counter->filtered, 1);
}

/* Remembers whose record it was that nobody will read. */
static __noinline int note_loss(const struct record *record, __u32 kind, __u32 thinned)
{
	struct loss_key key = {};
	__u64 first = 1, *losses;

	__builtin_memcpy(key.container, record->container, CONTAINER_ID_SIZE);
	key.counter = kind;
	key.thinned = thinned;
	losses = bpf_map_lookup_elem(&losses_of, &key);
	if (losses)
		__sync_fetch_and_add(losses, 1);
	else if (bpf_map_update_elem(&losses_of, &key, &first, BPF_NOEXIST)) {
		losses = bpf_map_lookup_elem(&losses_of, &key);
		if (losses)
			__sync_fetch_and_add(losses, 1);
	}
	return 0;
}

/*
 * Whether there is a place for a record. While the ring is less than half full there is. Then each
 * container has so many cheap records a second. The last quarter is for containers that report
 * little, so that no container can fill the ring and hide what happens in the others.
 */
static __noinline enum fate find_place(const struct record *record, __u32 cheap)
{
	struct pace fresh = {}, *pace;
	__u64 size = bpf_ringbuf_query(&ring, BPF_RB_RING_SIZE);
	__u64 used = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
	__u64 second = record->time / SECOND;

	if (used < size / 2)
		return KEPT;
	pace = bpf_map_lookup_elem(&paces, record->container);
	if (!pace) {
		fresh.second = second;
		bpf_map_update_elem(&paces, record->container, &fresh, BPF_NOEXIST);
		pace = bpf_map_lookup_elem(&paces, record->container);
		if (!pace)
			return KEPT;
	}
	if (pace->second != second) {
		pace->second = second;
		pace->all = 0;
		pace->cheap = 0;
	}
	__sync_fetch_and_add(&pace->all, 1);
	if (cheap) {
		__sync_fetch_and_add(&pace->cheap, 1);
		if (pace->cheap > CHEAP_A_SECOND)
			return THINNED;
	}
	return used > size / 4 * 3 && pace->all > FEW_A_SECOND ? DROPPED : KEPT;
}

/*
 * Wakes the reader if it sleeps: an empty record does it. It is asked for after a record is in the
 * ring, as the reader looks into the ring after it has said that it will sleep: so one of the two
 * sees the other.
 */
static __noinline int wake_reader(void)
{
	__u32 zero = 0, *sleeps = bpf_map_lookup_elem(&sleeping, &zero);
	void *empty;

	if (!sleeps || !*sleeps)
		return 0;
	empty = bpf_ringbuf_reserve(&ring, 8, 0);
	if (!empty)
		return 0;
	*sleeps = 0;
	bpf_ringbuf_discard(empty, BPF_RB_FORCE_WAKEUP);
	return 1;
}

/*
 * Hands a record over. To wake the reader costs more than all the rest (an interrupt that the
 * processor sends itself, and in a virtual machine a way out of it): a reader that is at work is
 * left alone.
 */
static __always_inline void emit_as(struct record *record, __u64 size, __u32 counter, bool cheap)
{
	enum fate fate = find_place(record, cheap);

	if (fate == KEPT) {
		fate = bpf_ringbuf_output(&ring, record, size, BPF_RB_NO_WAKEUP) ? DROPPED : KEPT;
		wake_reader();
	}
	count(counter, fate);
	if (fate != KEPT)
		note_loss(record, counter, fate == THINNED);
}

static __always_inline void emit(struct record *record, __u64 size, bool cheap)
{
	emit_as(record, size, record->kind, cheap);
}

/*
 * An address as a number. A function that is checked by itself takes nothing else from its callers,
 * and the kernel allows no way from a typed pointer to a number but through memory.
 */
static __always_inline __u64 address_of(const void *pointer)
{
	const void *volatile from = pointer;
	__u64 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), (const void *)&from);
	return address;
}

/* ---- which container ---- */

#define EACH(byte) (0x0101010101010101ULL * (byte))

/* The highest bit of each byte that is at least the given one; each is below 0x80. */
#define AT_LEAST(bytes, byte) ((bytes) + EACH(0x80 - (byte)))

/*
 * Whether eight characters are hexadecimal digits: all at once, as the kernel follows each branch
 * of a loop over characters before it lets a program in.
 */
static __always_inline bool are_digits(__u64 bytes)
{
	__u64 decimal = AT_LEAST(bytes, '0') & ~AT_LEAST(bytes, '9' + 1);
	__u64 letter = AT_LEAST(bytes, 'a') & ~AT_LEAST(bytes, 'f' + 1);

	return !(bytes & EACH(0x80)) && ((decimal | letter) & EACH(0x80)) == EACH(0x80);
}

static __always_inline bool read_digits(__u64 from, struct container_id *id)
{
	if (bpf_probe_read_kernel(id->digits, CONTAINER_ID_SIZE, (const void *)from))
		return false;
	for (int i = 0; i < CONTAINER_ID_SIZE / 8; i++) {
		if (!are_digits(((__u64 *)id->digits)[i]))
			return false;
	}
	return true;
}

/*
 * Where the id begins in a cgroup's name, or -1: 64 digits, prefix-<64 digits>, or the same with
 * .scope at its end. A function of its own for the verifier: it is checked once and not for each
 * level.
 */
__noinline int find_id(__u64 address)
{
	const char *name = (const char *)address;
	struct container_id id;
	char buffer[96];
	char end[8] = {};
	long size = bpf_probe_read_kernel_str(buffer, sizeof(buffer), name);
	long begin = 0;
	bool scope = false;

	if (size > CONTAINER_ID_SIZE + 2 && size < (long)sizeof(buffer)) {
		begin = size - 1 - CONTAINER_ID_SIZE;
		bpf_probe_read_kernel(end, 1, name + begin - 1);
		if (end[0] != '-') {
			begin -= 6;
			if (begin < 2)
				return -1;
			bpf_probe_read_kernel(end, 1, name + begin - 1);
			scope = true;
		}
		if (end[0] != '-')
			return -1;
		/* Podman's and CRI-O's own process that watches a container from outside. */
		if (begin >= 8 && bpf_probe_read_kernel(end, 8, name + begin - 8) == 0 &&
		    __builtin_memcmp(end, "-conmon-", 8) == 0)
			return -1;
		bpf_probe_read_kernel(end, 6, name + begin + CONTAINER_ID_SIZE);
		if (scope && (end[0] != '.' || end[1] != 's' || end[2] != 'c' || end[3] != 'o' ||
			      end[4] != 'p' || end[5] != 'e'))
			return -1;
	} else if (size != CONTAINER_ID_SIZE + 1) {
		return -1;
	}
	return read_digits(address + begin, &id) ? begin : -1;
}

static __always_inline bool is_host(struct container_id *id)
{
	__u32 zero = 0;
	struct container_id *host = bpf_map_lookup_elem(&host_container, &zero);

	if (!host)
		return false;
	for (int i = 0; i < CONTAINER_ID_SIZE / 8; i++) {
		if (((__u64 *)id->digits)[i] != ((__u64 *)host->digits)[i])
			return false;
	}
	return true;
}

/*
 * The container is that of the outermost cgroup with an id in its name, but for the host's own: what
 * is inside a container may have been made there, with any name and at any depth.
 */
static __always_inline void identify(struct cgroup *cgroup, struct container_id *id)
{
	__u64 found = 0, within = 0;

	for (int i = 0; i < CGROUP_LEVELS; i++) {
		__u64 name = (__u64)BPF_CORE_READ(cgroup, kn, name);
		struct cgroup_subsys_state *parent = BPF_CORE_READ(cgroup, self.parent);
		int at = find_id(name);

		if (at >= 0) {
			within = found;
			found = name + at;
		}
		if (!parent)
			break;
		cgroup = BPF_CORE_READ(parent, cgroup);
	}
	if (found && read_digits(found, id) && !is_host(id))
		return;
	if (!within || !read_digits(within, id) || is_host(id))
		__builtin_memset(id, 0, sizeof(*id));
}

/*
 * Finds out about a cgroup that has not been seen yet. A function of its own: its buffers leave
 * the callers' stack free.
 */
__noinline int learn_cgroup(__u64 address)
{
	struct cgroup *cgroup = (struct cgroup *)address;
	struct cgroup_key key = {};
	struct container_id id = {};

	key.id = BPF_CORE_READ(cgroup, kn, id);
	key.hierarchy = BPF_CORE_READ(cgroup, root, hierarchy_id);
	identify(cgroup, &id);
	return bpf_map_update_elem(&cgroups, &key, &id, BPF_ANY);
}

/* The container that a cgroup belongs to, or NULL. */
static __always_inline struct container_id *container_of_cgroup(struct cgroup *cgroup)
{
	struct cgroup_key key = {};
	struct container_id *id;

	if (READ(cgroup, level) == 0)
		return NULL;
	key.id = READ(cgroup, kn, id);
	key.hierarchy = READ(cgroup, root, hierarchy_id);
	id = bpf_map_lookup_elem(&cgroups, &key);
	if (!id) {
		learn_cgroup(address_of(cgroup));
		id = bpf_map_lookup_elem(&cgroups, &key);
	}
	if (!id) {
		count(COUNTER_CGROUP, DROPPED);
		return NULL;
	}
	return id->digits[0] ? id : NULL;
}

/* The task's cgroup: of version 1 where the pids controller is there, of version 2 elsewhere. */
static __always_inline struct cgroup *cgroup_of(struct task_struct *task)
{
	struct css_set *set = READ(task, cgroups);
	struct cgroup_subsys_state *state = NULL;
	struct cgroup *cgroup;

	if (bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id)) {
		int pids = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);

		READ_ELEMENT(&state, set, subsys, pids);
	}
	if (!state)
		return READ(set, dfl_cgrp);
	cgroup = READ(state, cgroup);
	if (READ(cgroup, root, hierarchy_id) == 0)
		return READ(set, dfl_cgrp);
	return cgroup;
}

static __always_inline struct container_id *container_of_task(struct task_struct *task)
{
	return container_of_cgroup(cgroup_of(task));
}

/* Whether the task is in a container, and in that one. */
static __always_inline bool lives_in(struct task_struct *task, struct container_id *id)
{
	struct container_id *own = container_of_task(task);

	if (!own || !id)
		return false;
	for (int i = 0; i < CONTAINER_ID_SIZE / 8; i++) {
		if (((__u64 *)own->digits)[i] != ((__u64 *)id->digits)[i])
			return false;
	}
	return true;
}

/* ---- processes ---- */

/*
 * Finds the host's namespaces, from the task of pid 0 that all descend from. A function of its own,
 * and with reads by helpers: it runs once, and the kernel looks at each plain load of a loop for
 * long before it lets a program in.
 */
__noinline int find_host(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	for (int i = 0; i < PARENT_LEVELS; i++) {
		if (BPF_CORE_READ(task, pid) == 0) {
			host_mount_namespace = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
			host_network = (__u64)BPF_CORE_READ(task, nsproxy, net_ns);
			return 1;
		}
		task = BPF_CORE_READ(task, real_parent);
	}
	return 0;
}

static __always_inline void learn_host(void)
{
	if (!host_network)
		find_host();
}

static __always_inline __u64 start_of(struct task_struct *task)
{
	return READ(task, group_leader, start_boottime);
}

static __always_inline struct task_struct *parent_of(struct task_struct *task)
{
	return READ(task, group_leader, real_parent);
}

static __always_inline __u32 container_pid(struct task_struct *task)
{
	struct pid *pid = READ(task, group_leader, thread_pid);
	unsigned int level = READ(pid, level);
	const char *numbers = (const char *)pid + bpf_core_field_offset(struct pid, numbers);
	struct upid *own = (struct upid *)(numbers + level * bpf_core_type_size(struct upid));

	return BPF_CORE_READ(own, nr);
}

/* Fills the head of a record about a task; id is NULL for a process of the host. */
static __always_inline void describe(struct record *record, __u32 kind, struct task_struct *task,
				     struct container_id *id)
{
	struct task_struct *parent = parent_of(task);
	struct net *net = READ(task, nsproxy, net_ns);

	learn_host();
	record->kind = kind;
	record->flags = 0;
	record->time = bpf_ktime_get_boot_ns();
	record->start = start_of(task);
	record->parent_start = start_of(parent);
	record->pid = READ(task, tgid);
	record->tid = READ(task, pid);
	record->container_pid = container_pid(task);
	record->parent_pid = READ(parent, tgid);
	record->uid = READ(task, cred, uid.val);
	record->gid = READ(task, cred, gid.val);
	record->net_namespace = READ(net, ns.inum);
	record->mount_namespace = READ(task, nsproxy, mnt_ns, ns.inum);
	READ_COMM(record->comm, task);
	if (id)
		__builtin_memcpy(record->container, id->digits, CONTAINER_ID_SIZE);
	else
		__builtin_memset(record->container, 0, CONTAINER_ID_SIZE);
	if (id && record->mount_namespace == host_mount_namespace)
		record->flags |= FLAG_HOST_MOUNTS;
	if (id && (__u64)net == host_network)
		record->flags |= FLAG_HOST_NETWORK;
}

/* What is remembered of a process, or NULL; an entry of an earlier process with the pid is none. */
static __always_inline struct task_state *state_of(__u32 pid, __u64 start)
{
	struct task_state *state = bpf_map_lookup_elem(&tasks, &pid);

	return state && state->start_ticks == start / TICK ? state : NULL;
}

static __always_inline void remember(__u32 pid, __u64 start, bool setup)
{
	struct task_state state = { .start_ticks = start / TICK, .setup = setup };

	count(COUNTER_TASK, bpf_map_update_elem(&tasks, &pid, &state, BPF_ANY) ? DROPPED : KEPT);
}

static __always_inline __u32 setup_flag(__u32 pid, __u64 start)
{
	struct task_state *state = state_of(pid, start);

	return state && state->setup ? FLAG_SETUP : 0;
}

/*
 * A task was moved to a container's cgroup from outside: until it starts the container's program it
 * is one of the runtime's own that set the container up. A process that was born in the container
 * stays what it is, wherever it is moved.
 */
TRACEPOINT(cgroup_attach_task)
int on_attach(struct raw_tracepoint *ctx)
{
	struct cgroup *cgroup = (struct cgroup *)ctx->args[0];
	struct task_struct *task = (struct task_struct *)ctx->args[2];
	struct container_id *id = container_of_cgroup(cgroup);
	__u32 pid;
	__u64 start;

	if (!id)
		return 0;
	pid = READ(task, tgid);
	start = start_of(task);
	if (!state_of(pid, start))
		remember(pid, start, !lives_in(parent_of(task), id));
	return 0;
}

/* A child is what its parent is; one that a runtime clones straight into a container sets it up. */
TRACEPOINT(sched_process_fork)
int on_fork(struct raw_tracepoint *ctx)
{
	struct task_struct *parent = (struct task_struct *)ctx->args[0];
	struct task_struct *child = (struct task_struct *)ctx->args[1];
	__u32 pid = READ(child, pid);
	__u32 group = READ(child, tgid);
	struct container_id *id;
	struct task_state *state;
	struct record record;
	bool setup;

	if (pid != group)
		return 0;
	id = container_of_task(child);
	state = state_of(READ(parent, tgid), start_of(parent));
	if (!id && !state && !include_host)
		return 0;
	if (state)
		setup = state->setup;
	else
		setup = id && !container_of_task(parent);
	remember(pid, READ(child, start_boottime), setup);
	if (!id && !include_host)
		return 0;
	describe(&record, RECORD_FORK, child, id);
	/* With CLONE_PARENT the real parent is another; the one whose program the child runs counts. */
	record.parent_pid = READ(parent, tgid);
	record.parent_start = start_of(parent);
	if (setup)
		record.flags |= FLAG_SETUP;
	emit(&record, sizeof(record), true);
	return 0;
}

TRACEPOINT(sched_process_exit)
int on_exit(struct raw_tracepoint *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct exit_record record;
	struct task_state *state;
	struct container_id *id;
	bool setup;
	__u32 pid;
	__u64 start;

	if (READ(task, signal, live.counter) != 0)
		return 0;
	pid = READ(task, tgid);
	start = start_of(task);
	state = state_of(pid, start);
	if (!state)
		return 0;
	setup = state->setup;
	/* Two threads that end together both see no other alive: the one that deletes reports. */
	if (bpf_map_delete_elem(&tasks, &pid))
		return 0;
	id = container_of_task(task);
	if (!id && !include_host)
		return 0;
	describe(&record.head, RECORD_EXIT, task, id);
	if (setup)
		record.head.flags |= FLAG_SETUP;
	record.unused = 0;
	record.status = READ(task, group_leader, exit_code);
	emit(&record.head, sizeof(record), true);
	return 0;
}

/* ---- exec ---- */

static __always_inline __u32 tty_number(struct task_struct *task)
{
	struct tty_struct *tty = READ(task, signal, tty);
	__u32 major, minor;

	if (!tty)
		return 0;
	major = READ(tty, driver, major);
	minor = READ(tty, driver, minor_start) + READ(tty, index);
	return (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
}

/* Effective capabilities: two words before kernel 6.3, one number since, always these 8 bytes. */
static __always_inline __u64 capabilities_of(struct task_struct *task)
{
	const struct cred *cred = READ(task, cred);
	__u64 capabilities = 0;

	bpf_core_read(&capabilities, sizeof(capabilities), &cred->cap_effective);
	return capabilities;
}

/* Permitted capabilities, as the effective ones. */
static __always_inline __u64 permitted_of(struct task_struct *task)
{
	const struct cred *cred = READ(task, cred);
	__u64 capabilities = 0;

	bpf_core_read(&capabilities, sizeof(capabilities), &cred->cap_permitted);
	return capabilities;
}

static __always_inline bool leads_group(struct task_struct *task)
{
	struct signal_struct *signal = READ(task, signal);
	struct pid *group = NULL;
	int type = bpf_core_enum_value(enum pid_type, PIDTYPE_PGID);

	READ_ELEMENT(&group, signal, pids, type);
	return group == READ(task, group_leader, thread_pid);
}

/*
 * Adds one text that ends with NUL to the record, cut at NAME_MAX_SIZE. Returns its size with the
 * NUL, or 0 when there was no room or it could not be read.
 */
static __always_inline __u32 append_name(struct scratch *s, const void *text)
{
	__u32 at = s->text_size;
	long size;

	if (at > TEXT_SIZE - NAME_MAX_SIZE)
		return 0;
	size = bpf_probe_read_kernel_str(&s->text[at], NAME_MAX_SIZE, text);
	if (size <= 0)
		return 0;
	s->text_size = at + size;
	return size;
}

/* Where a path leads: an entry, and where its file system is mounted; as numbers. */
struct place {
	__u64 mounted;
	__u64 entry;
};

static __always_inline struct place place_of(const struct path *path)
{
	struct place place = {};

	if (bpf_core_field_offset(struct path, dentry) ==
	    bpf_core_field_offset(struct path, mnt) + 8) {
		bpf_probe_read_kernel(&place, sizeof(place), &path->mnt);
		return place;
	}
	bpf_core_read(&place.mounted, sizeof(place.mounted), &path->mnt);
	bpf_core_read(&place.entry, sizeof(place.entry), &path->dentry);
	return place;
}

/* Reads what an entry is in and where its name is: by one read, as they lie side by side. */
static __always_inline void read_entry(__u64 entry, __u64 *parent, __u64 *name)
{
	struct dentry *dentry = (struct dentry *)entry;
	__u64 begin = bpf_core_field_offset(struct dentry, d_parent);
	__u64 words[3] = {};

	if (bpf_core_field_offset(struct dentry, d_name.name) == begin + 16) {
		bpf_probe_read_kernel(words, sizeof(words), (const void *)(entry + begin));
		*parent = words[0];
		*name = words[2];
	} else {
		*parent = (__u64)BPF_CORE_READ(dentry, d_parent);
		*name = (__u64)BPF_CORE_READ(dentry, d_name.name);
	}
}

/*
 * Adds the components of a path from the file up to the root that the process sees. Returns the
 * bytes added, with PATH_TRUNCATED or PATH_UNROOTED. A function of its own for the verifier:
 * it is checked once and not for each caller.
 */
__noinline int append_path(__u64 entry, __u64 mounted, __u64 root_entry, __u64 root_mounted)
{
	__u32 zero = 0, begin;
	struct scratch *s = bpf_map_lookup_elem(&scratch, &zero);
	__u64 offset = bpf_core_field_offset(struct mount, mnt);
	__u64 top = (__u64)BPF_CORE_READ((struct vfsmount *)mounted, mnt_root);
	int flags = PATH_TRUNCATED;

	if (!s)
		return 0;
	begin = s->text_size;
	s->components = 0;
	for (int i = 0; i < PATH_COMPONENTS; i++) {
		struct mount *mount = (struct mount *)(mounted - offset);
		__u64 parent, name;

		if (entry == root_entry && mounted == root_mounted) {
			flags = 0;
			break;
		}
		if (entry == top) {
			parent = (__u64)BPF_CORE_READ(mount, mnt_parent);
			if (parent == (__u64)mount) {
				flags = 0;
				break;
			}
			entry = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
			mounted = parent + offset;
			top = (__u64)BPF_CORE_READ((struct vfsmount *)mounted, mnt_root);
			continue;
		}
		read_entry(entry, &parent, &name);
		if (s->text_size - begin > PATH_SIZE - NAME_MAX_SIZE)
			break;
		s->component_at[s->components & (MOST_COMPONENTS - 1)] = s->text_size;
		if (!append_name(s, (const void *)name))
			break;
		s->components++;
		if (parent == entry) {
			flags = PATH_UNROOTED;
			break;
		}
		entry = parent;
	}
	return ((s->text_size - begin) & 0xffff) | flags;
}

/* The same of a place, up to the root of a process. */
static __always_inline int append_place(struct place place, struct fs_struct *fs)
{
	struct place root = place_of(&fs->root);

	return append_path(place.entry, place.mounted, root.entry, root.mounted);
}

/* Where the executable comes from. */
static __always_inline __u32 origin_flags(const void *inode, __u32 links, __u64 magic)
{
	void *upper = NULL;
	__u32 flags = 0;

	if (links == 0)
		flags |= FLAG_FILELESS;
	if (magic == OVERLAYFS_SUPER_MAGIC) {
		/* overlayfs keeps the entry of the upper layer right behind its inode */
		bpf_probe_read_kernel(&upper, sizeof(upper),
				      (const char *)inode + bpf_core_type_size(struct inode));
		if (upper)
			flags |= FLAG_UPPER_LAYER;
	}
	return flags;
}

static __always_inline __u64 nanoseconds(__s64 seconds, __u64 rest)
{
	return seconds * SECOND + rest;
}

/* Times of a file, under the names that the running kernel has for them. */
static __always_inline void add_times(struct exec_record *record, struct inode *inode)
{
	struct inode___split *split = (struct inode___split *)inode;
	struct inode___marked *marked = (struct inode___marked *)inode;
	struct inode___plain *plain = (struct inode___plain *)inode;

	record->changed = 0;
	record->modified = 0;
	if (bpf_core_field_exists(split->i_ctime_sec)) {
		record->changed = nanoseconds(BPF_CORE_READ(split, i_ctime_sec),
					      BPF_CORE_READ(split, i_ctime_nsec));
		record->modified = nanoseconds(BPF_CORE_READ(split, i_mtime_sec),
					       BPF_CORE_READ(split, i_mtime_nsec));
		return;
	}
	if (bpf_core_field_exists(marked->__i_ctime))
		record->changed = nanoseconds(BPF_CORE_READ(marked, __i_ctime.tv_sec),
					      BPF_CORE_READ(marked, __i_ctime.tv_nsec));
	else if (bpf_core_field_exists(plain->i_ctime))
		record->changed = nanoseconds(BPF_CORE_READ(plain, i_ctime.tv_sec),
					      BPF_CORE_READ(plain, i_ctime.tv_nsec));
	if (bpf_core_field_exists(marked->__i_mtime))
		record->modified = nanoseconds(BPF_CORE_READ(marked, __i_mtime.tv_sec),
					       BPF_CORE_READ(marked, __i_mtime.tv_nsec));
	else if (bpf_core_field_exists(plain->i_mtime))
		record->modified = nanoseconds(BPF_CORE_READ(plain, i_mtime.tv_sec),
					       BPF_CORE_READ(plain, i_mtime.tv_nsec));
}

/* The program's file, and since when the processes around it run. */
static __always_inline void add_program(struct exec_record *record, struct task_struct *task,
					struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
	unsigned int level = BPF_CORE_READ(pid, level);
	const char *numbers = (const char *)pid + bpf_core_field_offset(struct pid, numbers);
	struct upid *own = (struct upid *)(numbers + level * bpf_core_type_size(struct upid));

	record->inode = BPF_CORE_READ(inode, i_ino);
	add_times(record, inode);
	record->namespace_start = BPF_CORE_READ(own, ns, child_reaper, start_boottime);
}

static __always_inline void add_ancestors(struct exec_record *record, struct task_struct *task)
{
	__u16 found = 0;

	for (int i = 0; i < ANCESTORS; i++) {
		struct ancestor *ancestor = &record->ancestors[i];

		task = READ(task, group_leader, real_parent);
		ancestor->pid = READ(task, tgid);
		if (ancestor->pid == 0)
			break;
		ancestor->unused = 0;
		ancestor->start = READ(task, start_boottime);
		READ_COMM(ancestor->comm, task);
		found++;
	}
	record->ancestor_count = found;
}

static __always_inline void add_filename(struct scratch *s, const char *filename)
{
	long size = bpf_probe_read_kernel_str(s->text, FILENAME_SIZE, filename);

	if (size < 0)
		size = 0;
	s->exec.filename_size = size;
	s->text_size = size;
}

static __always_inline void add_paths(struct scratch *s, struct task_struct *task)
{
	struct fs_struct *fs = READ(task, fs);
	struct file *exe = READ(task, mm, exe_file);
	int size;

	size = append_place(place_of(&exe->f_path), fs);
	s->exec.exe_size = size & 0xffff;
	if (size & PATH_TRUNCATED)
		s->exec.head.flags |= FLAG_EXE_TRUNCATED;
	if (size & PATH_UNROOTED)
		s->exec.head.flags |= FLAG_EXE_UNROOTED;
	size = append_place(place_of(&fs->pwd), fs);
	s->exec.cwd_size = size & 0xffff;
	if (size & PATH_TRUNCATED)
		s->exec.head.flags |= FLAG_CWD_TRUNCATED;
	if (size & PATH_UNROOTED)
		s->exec.head.flags |= FLAG_CWD_UNROOTED;
}

static __always_inline void add_args(struct scratch *s, struct task_struct *task)
{
	unsigned long begin = READ(task, mm, arg_start);
	unsigned long size = READ(task, mm, arg_end) - begin;
	__u32 at = s->text_size;

	s->exec.args_total = size;
	s->exec.args_size = 0;
	if (size > ARGS_SIZE) {
		s->exec.head.flags |= FLAG_ARGS_TRUNCATED;
		size = ARGS_SIZE;
	}
	if (at > TEXT_SIZE - ARGS_SIZE)
		return;
	if (bpf_probe_read_user(&s->text[at], size, (const void *)begin)) {
		s->exec.head.flags |= FLAG_ARGS_UNREADABLE;
		return;
	}
	s->exec.args_size = size;
	s->text_size = at + size;
}

static __always_inline void add_environment(struct scratch *s, struct task_struct *task)
{
	unsigned long begin = READ(task, mm, env_start);
	unsigned long size = READ(task, mm, env_end) - begin;
	__u32 zero = 0, at = s->text_size;
	struct wish *wish = bpf_map_lookup_elem(&wishes, &zero);

	s->exec.environment_size = 0;
	if (!wish || !wish->environment || size == 0)
		return;
	if (size > ENVIRONMENT_SIZE) {
		s->exec.head.flags |= FLAG_ENVIRONMENT_TRUNCATED;
		size = ENVIRONMENT_SIZE;
	}
	if (at > TEXT_SIZE - ENVIRONMENT_SIZE)
		return;
	if (bpf_probe_read_user(&s->text[at], size, (const void *)begin)) {
		s->exec.head.flags |= FLAG_ENVIRONMENT_TRUNCATED;
		return;
	}
	s->exec.environment_size = size;
	s->text_size = at + size;
}

/*
 * Whether the process goes on to be one of the runtime's: it still sees its parent's files, as the
 * runtime does when it starts itself anew inside the cgroup, and that parent is outside or sets up
 * too. The container's program is not: it sees other files than its parent outside.
 */
static __always_inline bool settle(struct record *record, struct task_struct *task,
				   struct container_id *id)
{
	struct task_state *state = state_of(record->pid, record->start);
	struct task_struct *parent = parent_of(task);

	if (!state) {
		remember(record->pid, record->start, false);
		return false;
	}
	if (state->setup &&
	    record->mount_namespace == READ(parent, nsproxy, mnt_ns, ns.inum) &&
	    (setup_flag(record->parent_pid, record->parent_start) || !lives_in(parent, id)))
		return true;
	state->setup = 0;
	return false;
}

static __always_inline void note_host_network(__u32 flags)
{
	__u32 zero = 0, *used;

	if ((flags & (FLAG_HOST_NETWORK | FLAG_SETUP)) != FLAG_HOST_NETWORK)
		return;
	used = bpf_map_lookup_elem(&host_network_used, &zero);
	if (used)
		*used = 1;
}

TRACEPOINT(sched_process_exec)
int on_exec(struct raw_tracepoint *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct linux_binprm *program = (struct linux_binprm *)ctx->args[2];
	struct container_id *id = container_of_task(task);
	struct inode *inode = READ(program, file, f_inode);
	struct scratch *s;
	__u32 zero = 0, size;

	if (!id && !include_host)
		return 0;
	s = bpf_map_lookup_elem(&scratch, &zero);
	if (!s)
		return 0;
	describe(&s->exec.head, RECORD_EXEC, task, id);
	if (settle(&s->exec.head, task, id))
		s->exec.head.flags |= FLAG_SETUP;
	note_host_network(s->exec.head.flags);
	s->exec.head.flags |= origin_flags(inode, READ(inode, i_nlink), READ(inode, i_sb, s_magic));
	s->exec.capabilities = capabilities_of(task);
	s->exec.permitted = permitted_of(task);
	add_program(&s->exec, task, BPF_CORE_READ(program, file));
	s->exec.unused = 0;
	if (leads_group(task))
		s->exec.head.flags |= FLAG_GROUP_LEADER;
	s->exec.login_uid = -1;
	if (bpf_core_field_exists(task->loginuid))
		s->exec.login_uid = READ(task, loginuid.val);
	s->exec.tty = tty_number(task);
	add_ancestors(&s->exec, task);
	add_filename(s, READ(program, filename));
	add_paths(s, task);
	add_args(s, task);
	add_environment(s, task);
	size = s->text_size;
	if (size > TEXT_SIZE)
		return 0;
	emit(&s->exec.head, sizeof(s->exec) + size, false);
	return 0;
}

/* ---- connections ---- */

static __always_inline void add_ends(struct connect_record *record, struct sock *sk)
{
	record->family = READ(sk, __sk_common.skc_family);
	record->protocol = IPPROTO_TCP;
	record->local_port = READ(sk, __sk_common.skc_num);
	record->remote_port = bpf_ntohs(READ(sk, __sk_common.skc_dport));
	__builtin_memset(record->local_address, 0, 16);
	__builtin_memset(record->remote_address, 0, 16);
	if (record->family == AF_INET6 && bpf_core_field_exists(sk->__sk_common.skc_v6_daddr)) {
		BPF_CORE_READ_INTO(&record->local_address, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&record->remote_address, sk, __sk_common.skc_v6_daddr);
	} else {
		bpf_core_read(record->local_address, 4, &sk->__sk_common.skc_rcv_saddr);
		bpf_core_read(record->remote_address, 4, &sk->__sk_common.skc_daddr);
	}
}

static __noinline int follow(__u64 sk, const struct record *head)
{
	struct connection connection = {};

	connection.head = *head;
	connection.reported = head->time;
	has_followed = 1;
	return bpf_map_update_elem(&sockets, &sk, &connection, BPF_ANY);
}

/* Reports what went both ways since the last report, if it is anything or the end. */
static __always_inline void report_connection(struct connection *connection, struct sock *sk,
					      __u64 now, bool at_end)
{
	__u64 bytes = BPF_CORE_READ((struct tcp_sock *)sk, bytes_acked);
	__u64 packets = BPF_CORE_READ((struct tcp_sock *)sk, segs_out);
	__u64 received_bytes = BPF_CORE_READ((struct tcp_sock *)sk, bytes_received);
	__u64 received_packets = BPF_CORE_READ((struct tcp_sock *)sk, segs_in);
	struct connect_record record;

	if (!at_end && bytes == connection->bytes && received_bytes == connection->received_bytes)
		return;
	record.head = connection->head;
	record.head.kind = RECORD_CLOSE;
	record.head.time = now;
	record.opened = connection->reported;
	record.bytes = bytes - connection->bytes;
	record.packets = (__u32)(packets - connection->packets);
	record.received_bytes = received_bytes - connection->received_bytes;
	record.received_packets = (__u32)(received_packets - connection->received_packets);
	connection->reported = now;
	connection->bytes = bytes;
	connection->packets = packets;
	connection->received_bytes = received_bytes;
	connection->received_packets = received_packets;
	add_ends(&record, sk);
	emit(&record.head, sizeof(record), true);
}

/*
 * A segment came in, an acknowledgement perhaps. The socket is locked: nobody else is here. Attached
 * while a container has the host's network.
 */
TRACEPOINT(tcp_probe)
int on_segment(struct raw_tracepoint *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];
	__u64 key = (__u64)sk, now;
	struct connection *connection;

	if (!has_followed || (__u64)READ(sk, __sk_common.skc_net.net) != host_network)
		return 0;
	connection = bpf_map_lookup_elem(&sockets, &key);
	if (!connection)
		return 0;
	now = bpf_ktime_get_boot_ns();
	if (now - connection->reported >= FLOW_PAUSE)
		report_connection(connection, sk, now, false);
	return 0;
}

/* Runs in connect(): the current task is the one that connects. */
static __noinline int report_connect(struct sock *sk)
{
	struct connect_record record;
	struct task_struct *task = CURRENT();
	struct container_id *id;

	id = container_of_task(task);
	if (!id && !include_host)
		return 0;
	if (READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	describe(&record.head, RECORD_CONNECT, task, id);
	record.head.flags |= setup_flag(record.head.pid, record.head.start);
	record.bytes = 0;
	record.packets = 0;
	record.received_bytes = 0;
	record.received_packets = 0;
	record.opened = record.head.time;
	add_ends(&record, sk);
	if (record.head.flags & FLAG_HOST_NETWORK)
		follow((__u64)sk, &record.head);
	emit(&record.head, sizeof(record), false);
	return 0;
}

/* Runs in whatever task the last packet interrupts: the container is the one that connected. */
static __noinline int report_close(struct sock *sk)
{
	__u64 key = (__u64)sk;
	struct connection *connection;

	if (!has_followed || (__u64)READ(sk, __sk_common.skc_net.net) != host_network)
		return 0;
	connection = bpf_map_lookup_elem(&sockets, &key);
	if (!connection)
		return 0;
	report_connection(connection, sk, bpf_ktime_get_boot_ns(), true);
	bpf_map_delete_elem(&sockets, &key);
	return 0;
}

TRACEPOINT(inet_sock_set_state)
int on_state(struct raw_tracepoint *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];
	int state = ctx->args[2];

	if (state == TCP_SYN_SENT)
		return report_connect(sk);
	if (state == TCP_CLOSE)
		return report_close(sk);
	return 0;
}

/* ---- flows ---- */

/* What else a packet tells of its ends. */
struct near_end {
	__u8 address[16];
	__u16 port;
	__u16 far_port; /* also where the flow leaves it out */
	bool answers; /* the near end is a server that answers */
	bool many; /* it is for more than one receiver */
	__u32 length; /* of the network's header; 0: what follows is not its beginning */
};

/*
 * The ends as the header of the network tells them, read together with the ports that follow most
 * headers. Behind a packet's bytes there is always more memory of it.
 */
static __always_inline bool ends_of(const unsigned char *network, __u16 type, bool incoming,
				    struct flow_key *key, struct near_end *near, __be16 *ports)
{
	__u8 header[IPV6_HEADER_SIZE + PORTS_SIZE];

	if (type == ETH_P_IP) {
		if (bpf_probe_read_kernel(header, IPV4_HEADER_SIZE + PORTS_SIZE, network))
			return false;
		key->family = AF_INET;
		key->protocol = header[9];
		__builtin_memcpy(near->address, header + (incoming ? 16 : 12), 4);
		__builtin_memcpy(key->remote_address, header + (incoming ? 12 : 16), 4);
		near->many = header[16] >= 224;
		if (!(header[6] & 0x1f) && !header[7])
			near->length = (header[0] & 0xf) * 4;
		__builtin_memcpy(ports, header + IPV4_HEADER_SIZE, PORTS_SIZE);
	} else if (type == ETH_P_IPV6) {
		if (bpf_probe_read_kernel(header, sizeof(header), network))
			return false;
		key->family = AF_INET6;
		key->protocol = header[6];
		__builtin_memcpy(near->address, header + (incoming ? 24 : 8), 16);
		__builtin_memcpy(key->remote_address, header + (incoming ? 8 : 24), 16);
		near->many = header[24] == 0xff;
		near->length = IPV6_HEADER_SIZE;
		__builtin_memcpy(ports, header + IPV6_HEADER_SIZE, PORTS_SIZE);
	} else {
		return false;
	}
	return true;
}

/*
 * Reads protocol and both ends of a packet; a fragment or another header has port 0. So has what a
 * server answers, and what it is asked: its clients' ports say nothing and would make a flow of each
 * connection.
 */
static __always_inline bool dissect(const unsigned char *network, __u16 type, bool incoming,
				    struct flow_key *key, struct near_end *near)
{
	__be16 ports[2] = {};

	if (!ends_of(network, type, incoming, key, near, ports))
		return false;
	if (near->length && (key->protocol == IPPROTO_TCP || key->protocol == IPPROTO_UDP)) {
		if (type == ETH_P_IP && near->length != IPV4_HEADER_SIZE)
			bpf_probe_read_kernel(ports, sizeof(ports), network + near->length);
		near->port = bpf_ntohs(incoming ? ports[1] : ports[0]);
		near->far_port = bpf_ntohs(incoming ? ports[0] : ports[1]);
		near->answers = near->port < FIRST_CLIENT_PORT && near->far_port > near->port &&
				near->far_port >= FIRST_USER_PORT;
		key->remote_port = near->answers ? 0 : near->far_port;
	}
	return true;
}

static __always_inline const unsigned char *network_of(struct sk_buff *skb)
{
	return READ(skb, head) + READ(skb, network_header);
}

/* Packets are queued with softirqs off: nothing comes between. */
struct packet_scratch {
	struct connect_record record;
	struct host_flow_key key;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct packet_scratch);
} packet_scratch SEC(".maps");

/*
 * The first packet of a flow: for a protocol without connections this is where one begins. The
 * current task is the sender if it lives in the packet's network; else nobody is named. ICMPv6 is
 * left out: nearly all of it is the kernel's own search for neighbours.
 */
static __noinline int report_send(const struct flow_key *key, const struct near_end *near)
{
	struct task_struct *task = CURRENT();
	__u32 zero = 0;
	struct packet_scratch *s = bpf_map_lookup_elem(&packet_scratch, &zero);
	struct connect_record *record;
	struct container_id *id = NULL;

	if (!s)
		return 0;
	record = &s->record;
	if (READ(task, nsproxy, net_ns, ns.inum) == key->net_namespace)
		id = container_of_task(task);
	if (id) {
		describe(&record->head, RECORD_SEND, task, id);
		record->head.flags |= setup_flag(record->head.pid, record->head.start);
	} else {
		__builtin_memset(&record->head, 0, sizeof(record->head));
		record->head.kind = RECORD_SEND;
		record->head.time = bpf_ktime_get_boot_ns();
		record->head.net_namespace = key->net_namespace;
	}
	record->bytes = 0;
	record->packets = 0;
	record->received_bytes = 0;
	record->received_packets = 0;
	record->opened = record->head.time;
	record->family = key->family;
	record->protocol = key->protocol;
	record->local_port = near->port;
	record->remote_port = key->remote_port;
	__builtin_memcpy(record->local_address, near->address, 16);
	__builtin_memcpy(record->remote_address, key->remote_address, 16);
	emit(&record->head, sizeof(*record), true);
	return 0;
}

/* Packets are counted with softirqs off: nothing comes between, and it need not be atomic. */
static __always_inline void count_packet(bool kept)
{
	__u32 kind = COUNTER_PACKET;
	struct counter *counter = bpf_map_lookup_elem(&counters, &kind);

	if (!counter)
		return;
	counter->made++;
	if (kept)
		counter->kept++;
	else
		counter->dropped++;
}

static __always_inline void add_received(struct flow *flow, __u64 bytes)
{
	count_packet(flow);
	if (flow) {
		__sync_fetch_and_add(&flow->received_bytes, bytes);
		__sync_fetch_and_add(&flow->received_packets, 1);
	}
}

/* The first packet that is sent may not be the flow's first. */
static __always_inline void add_sent(struct flow *flow, struct flow_key *key,
				     struct near_end *near, __u64 bytes)
{
	count_packet(flow);
	if (!flow)
		return;
	if (flow->packets == 0 && key->protocol != IPPROTO_TCP &&
	    key->protocol != IPPROTO_ICMPV6 && !near->answers)
		report_send(key, near);
	__sync_fetch_and_add(&flow->bytes, bytes);
	__sync_fetch_and_add(&flow->packets, 1);
}

static __always_inline struct flow *flow_of(struct flow_key *key)
{
	__u32 zero = 0;
	void *current_flows = bpf_map_lookup_elem(&flows, &zero);
	struct flow first = {}, *flow;

	if (!current_flows)
		return NULL;
	flow = bpf_map_lookup_elem(current_flows, key);
	if (flow)
		return flow;
	bpf_map_update_elem(current_flows, key, &first, BPF_NOEXIST);
	return bpf_map_lookup_elem(current_flows, key);
}

static __always_inline struct flow *host_flow_of(struct host_flow_key *whole, struct flow_key *key,
						 struct container_id *id)
{
	__u32 zero = 0;
	void *current_flows = bpf_map_lookup_elem(&host_flows, &zero);
	struct flow first = {}, *flow;

	if (!current_flows)
		return NULL;
	bpf_probe_read_kernel(whole->container, CONTAINER_ID_SIZE, id->digits);
	whole->flow = *key;
	flow = bpf_map_lookup_elem(current_flows, whole);
	if (flow)
		return flow;
	bpf_map_update_elem(current_flows, whole, &first, BPF_NOEXIST);
	return bpf_map_lookup_elem(current_flows, whole);
}

/* The container of the current task, if that has the host's network; else NULL. */
static __always_inline struct container_id *container_in_host_network(void)
{
	struct task_struct *task = CURRENT();

	if ((__u64)READ(task, nsproxy, net_ns) != host_network)
		return NULL;
	return container_of_task(task);
}

static __always_inline bool host_network_is_used(void)
{
	__u32 zero = 0, *used = bpf_map_lookup_elem(&host_network_used, &zero);

	return used && *used;
}

/* The near end of a flow as a key of port_owners. */
static __always_inline void near_key(struct flow_key *own, struct flow_key *key,
				     struct near_end *near)
{
	own->remote_port = near->port;
	own->protocol = key->protocol;
	own->family = key->family;
	__builtin_memcpy(own->remote_address, near->address, 16);
}

/*
 * A packet of the host's network. One without a socket is not from here. Whose one of a socket
 * without connections is, the task tells that sends it: it is queued within its call, but for the
 * few packets that wait until a neighbour is found. Those of TCP are counted by their sockets.
 */
static __noinline int count_of_host(struct sk_buff *skb)
{
	struct sock *sk = READ(skb, sk);
	struct container_id *id;
	struct flow_key key = {}, own = {};
	struct near_end near = {};
	struct flow *flow;
	__u32 zero = 0;
	struct packet_scratch *s = bpf_map_lookup_elem(&packet_scratch, &zero);

	if (!sk || !s || READ(sk, sk_protocol) == IPPROTO_TCP)
		return 0;
	if (!dissect(network_of(skb), bpf_ntohs(READ(skb, protocol)), false, &key, &near))
		return 0;
	near_key(&own, &key, &near);
	id = container_in_host_network();
	if (!id) {
		if (key.protocol == IPPROTO_UDP)
			bpf_map_delete_elem(&port_owners, &own); /* the host has the port now */
		return 0;
	}
	key.net_namespace = BPF_CORE_READ((struct net *)host_network, ns.inum);
	flow = host_flow_of(&s->key, &key, id);
	if (flow && key.protocol == IPPROTO_UDP && near.port &&
	    (flow->packets == 0 || !bpf_map_lookup_elem(&port_owners, &own)))
		bpf_map_update_elem(&port_owners, &own, id, BPF_ANY);
	add_sent(flow, &key, &near, READ(skb, len));
	return 0;
}

TRACEPOINT(net_dev_queue)
int on_packet(struct raw_tracepoint *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx->args[0];
	struct net_device *device = READ(skb, dev);
	struct net *net = READ(device, nd_net.net);
	struct flow_key key = {};
	struct near_end near = {};

	learn_host();
	if ((__u64)net == host_network)
		return host_network_is_used() ? count_of_host(skb) : 0;
	if (READ(device, flags) & IFF_LOOPBACK)
		return 0;
	if (!dissect(network_of(skb), bpf_ntohs(READ(skb, protocol)), false, &key, &near))
		return 0;
	key.net_namespace = READ(net, ns.inum);
	add_sent(flow_of(&key), &key, &near, READ(skb, len));
	return 0;
}

/* ---- answers of name servers ---- */

#define ANSWER_SIZE 1232 /* what resolvers ask for at most */
#define DNS_HEADER_SIZE 12
#define DNS_ANSWER 0x80
#define ANSWERS_A_SECOND 2000
#define UDP_HEADER_SIZE 8

struct answer {
	struct answer_record record;
	char message[ANSWER_SIZE];
};

/* Not the other scratch: a packet may come in while a task's record is being put together. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct answer);
} answer_scratch SEC(".maps");

/* The same for what processes read: a packet may come in between. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct answer);
} read_scratch SEC(".maps");

/* How many answers a network had in a second: more than a few come from nobody who asked. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct pace);
} answer_paces SEC(".maps");

static __always_inline bool is_too_often(__u32 net_namespace, __u64 time)
{
	struct pace fresh = {}, *pace;
	__u64 second = time / SECOND;

	pace = bpf_map_lookup_elem(&answer_paces, &net_namespace);
	if (!pace) {
		fresh.second = second;
		fresh.all = 1;
		bpf_map_update_elem(&answer_paces, &net_namespace, &fresh, BPF_ANY);
		return false;
	}
	if (pace->second != second) {
		pace->second = second;
		pace->all = 0;
	}
	if (pace->all >= ANSWERS_A_SECOND)
		return true;
	__sync_fetch_and_add(&pace->all, 1); /* its result is known since 5.12 only */
	return false;
}

/* Hands on a message that lies in the scratch, if it is an answer. */
static __always_inline void report_answer(struct answer *answer, __u32 size)
{
	answer->record.size = size;
	if (is_too_often(answer->record.head.net_namespace, answer->record.head.time)) {
		count(RECORD_ANSWER, THINNED);
		note_loss(&answer->record.head, RECORD_ANSWER, true);
		return;
	}
	if (size > ANSWER_SIZE)
		return;
	emit(&answer->record.head, sizeof(answer->record) + size, true);
}

/* Reads a datagram's message into the scratch; returns its size, or 0 when it is no answer. */
static __always_inline __u32 read_message(struct answer *answer, const unsigned char *message,
					  __u32 size)
{
	if ((__s32)size < DNS_HEADER_SIZE)
		return 0;
	if (size > ANSWER_SIZE)
		size = ANSWER_SIZE;
	if (bpf_probe_read_kernel(answer->message, size, message) ||
	    !(answer->message[2] & DNS_ANSWER))
		return 0;
	return size;
}

static __always_inline void take_answer(struct sk_buff *skb, __u32 net_namespace,
					struct container_id *id, const unsigned char *network,
					struct near_end *near)
{
	__u32 zero = 0, at = near->length + UDP_HEADER_SIZE;
	struct answer *answer = bpf_map_lookup_elem(&answer_scratch, &zero);
	__u32 size = READ(skb, len) - READ(skb, data_len) - at;

	if (!answer)
		return;
	size = read_message(answer, network + at, size);
	if (!size)
		return;
	__builtin_memset(&answer->record, 0, sizeof(answer->record));
	answer->record.head.kind = RECORD_ANSWER;
	answer->record.head.time = bpf_ktime_get_boot_ns();
	answer->record.head.net_namespace = net_namespace;
	if (id) {
		answer->record.head.flags = FLAG_HOST_NETWORK;
		bpf_probe_read_kernel(answer->record.head.container, CONTAINER_ID_SIZE, id->digits);
	}
	report_answer(answer, size);
}

/*
 * A packet that the host's network takes in for a container. What a port of a bridge takes in comes
 * again on the bridge, which counts.
 */
static __noinline int take_in_host(struct sk_buff *skb)
{
	struct net_device *device = READ(skb, dev);
	const unsigned char *network = READ(skb, data);
	struct flow_key key = {}, own = {};
	struct near_end near = {};
	struct container_id *id;
	__u32 zero = 0;
	struct packet_scratch *s = bpf_map_lookup_elem(&packet_scratch, &zero);

	if (!s || READ(device, rx_handler))
		return 0;
	if (!dissect(network, bpf_ntohs(READ(skb, protocol)), true, &key, &near) ||
	    key.protocol != IPPROTO_UDP)
		return 0;
	near_key(&own, &key, &near);
	id = bpf_map_lookup_elem(&port_owners, &own);
	if (!id)
		return 0;
	key.net_namespace = BPF_CORE_READ((struct net *)host_network, ns.inum);
	add_received(host_flow_of(&s->key, &key, id),
		     READ(skb, len) + READ(device, hard_header_len));
	if (near.far_port == DNS_PORT)
		take_answer(skb, key.net_namespace, id, network, &near);
	return 0;
}

/*
 * A packet that a network takes in, on each of its devices: the name server of the engine answers
 * on the loopback device.
 */
TRACEPOINT(netif_receive_skb)
int on_answer(struct raw_tracepoint *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx->args[0];
	struct net_device *device = READ(skb, dev);
	struct net *net = READ(device, nd_net.net);
	const unsigned char *network;
	struct flow_key key = {};
	struct near_end near = {};

	learn_host();
	if ((__u64)net == host_network)
		return host_network_is_used() ? take_in_host(skb) : 0;
	network = READ(skb, data);
	if (!dissect(network, bpf_ntohs(READ(skb, protocol)), true, &key, &near))
		return 0;
	key.net_namespace = READ(net, ns.inum);
	if (!(READ(device, flags) & IFF_LOOPBACK) && !near.many)
		add_received(flow_of(&key), READ(skb, len) + READ(device, hard_header_len));
	if (near.far_port == DNS_PORT && key.protocol == IPPROTO_UDP)
		take_answer(skb, key.net_namespace, NULL, network, &near);
	return 0;
}

/* ---- connections to containers in the host's network ---- */

/* A connection that was there before, or that the other end began. */
static __noinline int follow_reader(__u64 address)
{
	struct sock *sk = (struct sock *)address;
	struct task_struct *task = CURRENT();
	struct container_id *id = container_of_task(task);
	__u16 local = BPF_CORE_READ(sk, __sk_common.skc_num);
	__u16 remote = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	struct record head;

	if (!id)
		return 0;
	describe(&head, RECORD_CLOSE, task, id);
	if (local < FIRST_CLIENT_PORT && remote > local && remote >= FIRST_USER_PORT)
		head.flags |= FLAG_INBOUND;
	return follow(address, &head);
}

/*
 * What a process takes out of a socket: attached while a container has the host's network, to find
 * connections that the other end began.
 */
TRACEPOINT(skb_copy_datagram_iovec)
int on_read(struct raw_tracepoint *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx->args[0];
	struct sock *sk = BPF_CORE_READ(skb, sk);
	__u64 key = (__u64)sk;
	__u16 family;

	if (!sk || bpf_map_lookup_elem(&sockets, &key) || !container_in_host_network())
		return 0;
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if ((family == AF_INET || family == AF_INET6) &&
	    BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP)
		follow_reader(key);
	return 0;
}

/* ---- system calls ---- */

/* The call's number, in the table of 64-bit calls or of 32-bit ones. */
static __always_inline __u32 number_of(void *registers)
{
	struct pt_regs___x86 *x86 = registers;
	struct pt_regs___arm64 *arm = registers;

	if (bpf_core_field_exists(x86->orig_ax))
		return READ(x86, orig_ax);
	return READ(arm, syscallno);
}

static __always_inline bool is_compat(struct task_struct *task)
{
	if (bpf_core_field_exists(task->thread_info.status))
		return READ(task, thread_info.status) & TS_COMPAT;
	return READ(task, thread_info.flags) & (1UL << TIF_32BIT);
}

/* ---- answers of name servers over connections ---- */

/* Where the bytes lie that the current call reads to, and how many it asks for; 0: nowhere. */
static __always_inline __u64 place_of_read(void *registers, __u64 *size)
{
	struct pt_regs___x86 *x86 = registers;
	struct pt_regs___arm64 *arm = registers;
	__u32 number = number_of(registers);
	__u64 place, vector[2] = {};

	if (bpf_core_field_exists(x86->orig_ax)) {
		place = BPF_CORE_READ(x86, si);
		*size = BPF_CORE_READ(x86, dx);
		if (number == 0 || number == 45) /* read, recvfrom */
			return place;
		if (number == 47) /* recvmsg */
			bpf_probe_read_user(&place, sizeof(place), (const void *)(place + 16));
		else if (number != 19) /* readv */
			return 0;
	} else {
		place = BPF_CORE_READ(arm, regs[1]);
		*size = BPF_CORE_READ(arm, regs[2]);
		if (number == 63 || number == 207)
			return place;
		if (number == 212)
			bpf_probe_read_user(&place, sizeof(place), (const void *)(place + 16));
		else if (number != 65)
			return 0;
	}
	bpf_probe_read_user(vector, sizeof(vector), (const void *)place);
	*size = vector[1];
	return vector[0];
}

/*
 * A process has read from a TCP connection. What came in a connection from a name server lies
 * where the call has put it: in the packets it would be in pages that cannot be reached from here.
 */
TRACEPOINT(tcp_rcv_space_adjust)
int on_stream(struct raw_tracepoint *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];
	struct task_struct *task;
	struct container_id *id;
	struct answer *answer;
	__u64 place, size;
	__u32 zero = 0;

	if (READ(sk, __sk_common.skc_dport) != bpf_htons(DNS_PORT))
		return 0;
	if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return 0;
	task = bpf_get_current_task_btf();
	id = container_of_task(task);
	if (!id || is_compat(task))
		return 0;
	place = place_of_read((void *)bpf_task_pt_regs(task), &size);
	answer = bpf_map_lookup_elem(&read_scratch, &zero);
	if (!place || !answer || size < DNS_HEADER_SIZE)
		return 0;
	if (size > ANSWER_SIZE)
		size = ANSWER_SIZE;
	if (bpf_probe_read_user(answer->message, size, (const void *)place))
		return 0;
	if (!((answer->message[2] | answer->message[4]) & DNS_ANSWER))
		return 0;
	describe(&answer->record.head, RECORD_ANSWER, task, id);
	answer->record.stream = 1;
	report_answer(answer, size);
	return 0;
}

/* The arguments still lie in the registers when the call returns. */
static __always_inline void read_args(struct call_record *call, void *registers, bool compat)
{
	struct pt_regs___x86 *x86 = registers;
	struct pt_regs___arm64 *arm = registers;

	if (bpf_core_field_exists(x86->orig_ax) && compat) {
		call->args[0] = (__u32)READ(x86, bx);
		call->args[1] = (__u32)READ(x86, cx);
		call->args[2] = (__u32)READ(x86, dx);
		call->args[3] = (__u32)READ(x86, si);
		call->args[4] = (__u32)READ(x86, di);
		call->args[5] = (__u32)READ(x86, bp);
	} else if (bpf_core_field_exists(x86->orig_ax)) {
		call->args[0] = READ(x86, di);
		call->args[1] = READ(x86, si);
		call->args[2] = READ(x86, dx);
		call->args[3] = READ(x86, r10);
		call->args[4] = READ(x86, r8);
		call->args[5] = READ(x86, r9);
	} else {
		call->args[0] = READ(arm, orig_x0);
		call->args[1] = READ(arm, regs[1]);
		call->args[2] = READ(arm, regs[2]);
		call->args[3] = READ(arm, regs[3]);
		call->args[4] = READ(arm, regs[4]);
		call->args[5] = READ(arm, regs[5]);
	}
	call->args[6] = 0;
	call->args[7] = 0;
}

static __always_inline __u64 argument(struct call_record *call, __u8 index)
{
	return call->args[index & (CALL_ARGS - 1)];
}

/* The open file of a descriptor, or NULL. */
static __always_inline struct file *file_of(struct task_struct *task, __s32 fd)
{
	struct fdtable *table = READ(task, files, fdt);
	struct file **files = READ(table, fd);
	struct file *file = NULL;

	if (fd < 0 || (__u32)fd >= READ(table, max_fds))
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return file;
}

/* Adds a string of the process, with the NUL; returns its size. */
__noinline int append_argument(__u64 address)
{
	__u32 zero = 0, at;
	struct scratch *s = bpf_map_lookup_elem(&scratch, &zero);
	long size;

	if (!s)
		return 0;
	at = s->text_size;
	if (at > TEXT_SIZE - ARGUMENT_SIZE) {
		s->call.head.flags |= FLAG_TEXT_TRUNCATED;
		return 0;
	}
	size = bpf_probe_read_user_str(&s->text[at], ARGUMENT_SIZE, (const void *)address);
	if (size <= 0)
		return 0;
	if (size == ARGUMENT_SIZE)
		s->call.head.flags |= FLAG_TEXT_TRUNCATED;
	s->text_size = at + size;
	return size;
}

/* Adds the path of a file, of the working directory where there is no file; returns its size. */
static __always_inline int append_file(struct task_struct *task, struct file *file)
{
	struct fs_struct *fs = READ(task, fs);

	return append_place(file ? place_of(&file->f_path) : place_of(&fs->pwd), fs);
}

/*
 * The directory that a text begins at, unless it begins at the root. The root itself is one empty
 * component: no component at all is a directory that could not be read.
 */
static __always_inline __u16 append_base(struct scratch *s, struct task_struct *task, __u8 base,
					 __u64 text)
{
	struct call_record *call = &s->call;
	struct file *directory = NULL;
	char first = 0;
	int path;
	__u32 at;

	if (base == NO_ARG || bpf_probe_read_user(&first, 1, (const void *)text) || first == '/')
		return 0;
	if (base != WORKING && (__s32)argument(call, base) != AT_FDCWD) {
		directory = file_of(task, argument(call, base));
		if (!directory)
			return 0;
	}
	path = append_file(task, directory);
	if (path)
		return path & 0xffff;
	at = s->text_size;
	if (at >= TEXT_SIZE)
		return 0;
	s->text[at] = 0;
	s->text_size = at + 1;
	return 1;
}

/* ---- which paths ---- */

/*
 * Writes the components that were added last into the key, from the root downwards. Returns the
 * length, or -1.
 */
static __always_inline int write_components(struct scratch *s, __u32 count)
{
	__u32 at = 0;

	for (__u32 i = 0; i < PATH_COMPONENTS; i++) {
		__u32 from;
		long size;

		if (i >= count || at >= PATH_KEY_SIZE)
			break;
		from = s->component_at[(count - 1 - i) & (MOST_COMPONENTS - 1)];
		s->room[PATH_AT + at] = '/';
		size = bpf_probe_read_kernel_str(&s->room[PATH_AT + at + 1], NAME_MAX_SIZE,
						 &s->text[from & (TEXT_SIZE - 1)]);
		if (size <= 0)
			return -1;
		at += size;
	}
	return at;
}

/*
 * Whether the text that was asked for is the path as the reader will have it: nothing in it that
 * the reader takes out, such as a component "..", and not too long to be looked through.
 */
static __always_inline bool is_plain(struct scratch *s, char before)
{
	char previous = before;
	__u32 i;

	for (i = 0; i < NAME_MAX_SIZE - 1; i++) {
		char c = s->asked[i], next;

		if (!c)
			break;
		next = s->asked[i + 1];
		if (previous == '/' &&
		    (c == '/' || (c == '.' && (!next || next == '/' || next == '.'))))
			return false;
		previous = c;
	}
	return i > 0 && i < NAME_MAX_SIZE - 1 && (previous != '/' || i == 1);
}

/* Adds the modes that are reported of the path in the key. */
static __always_inline int look_up(struct scratch *s, __u32 generation, __u32 set)
{
	void *known = bpf_map_lookup_elem(&paths, &generation);
	__u32 *modes;

	s->looked_up = 1;
	if (!known)
		return -1;
	s->path.bits = 8 * (1 + PATH_KEY_SIZE);
	s->path.set = set;
	modes = bpf_map_lookup_elem(known, &s->path);
	if (modes)
		s->passes |= *modes;
	return 0;
}

/* Looks up the file whose components were added last. Returns 0, or -1 when it cannot tell. */
__noinline int look_up_file(__u32 generation, __u32 set)
{
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratch, &zero);
	int at;

	if (!s)
		return -1;
	at = write_components(s, s->components);
	if (at < 0)
		return -1;
	if (at == 0) {
		s->path.path[0] = '/';
		s->path.path[1] = 0;
	}
	return look_up(s, generation, set);
}

/*
 * Looks up a path that was asked for: the text at that place, after the components of its directory
 * where it has one. Returns 0, or -1 when it cannot tell.
 */
__noinline int look_up_asked(__u32 generation, __u32 set, __u32 from, __u32 with_directory)
{
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratch, &zero);
	int at = 0;

	if (!s)
		return -1;
	if (bpf_probe_read_kernel_str(s->asked, NAME_MAX_SIZE, &s->text[from & (TEXT_SIZE - 1)]) <=
	    0)
		return -1;
	if (!is_plain(s, with_directory ? '/' : 0))
		return -1;
	if (with_directory) {
		at = write_components(s, s->components);
		if (at < 0)
			return -1;
		if (at < PATH_KEY_SIZE) {
			s->room[PATH_AT + at] = '/';
			at++;
		}
	} else if (s->asked[0] != '/') {
		return -1; /* its directory could not be read */
	}
	if (at < PATH_KEY_SIZE)
		bpf_probe_read_kernel_str(&s->room[PATH_AT + at], NAME_MAX_SIZE, s->asked);
	return look_up(s, generation, set);
}

/* A call of which a path is not known, or not as the reader will have it, passes. */
static __always_inline void pass_if(struct scratch *s, bool unknown)
{
	if (unknown) {
		s->looked_up = 1;
		s->passes = ALL_MODES;
	}
}

static __always_inline __u32 mode_of(struct call_record *call, struct call_entry *entry)
{
	__u64 flags = 0;

	if (entry->access == IN_WORD)
		flags = call->word;
	else if (entry->access == ALWAYS_WRITES)
		flags = 1;
	else if (entry->access < CALL_ARGS)
		flags = argument(call, entry->access);
	return (flags & MODE_ACCESS) | (call->result < 0 ? MODE_FAILED : 0);
}

/* Whether the paths in a call that opens are those asked for: else the file tells. */
static __always_inline bool tells_asked(struct call_record *call, struct call_entry *entry)
{
	return entry->fd != RESULT_FD || call->result < 0;
}

/* Looks up the file that the call's descriptor leads to. */
static __always_inline void pass_file(struct scratch *s, struct call_entry *entry,
				      __u32 generation)
{
	__u32 flags = s->call.head.flags;

	if (!entry->paths || !(entry->wants & WANT_FILE) || !(flags & FLAG_FILE))
		return;
	pass_if(s, (flags & (FLAG_SOCKET | FLAG_FILE_TRUNCATED | FLAG_FILE_UNROOTED)) ||
			   (s->call.mode & S_IFMT) == S_IFSOCK ||
			   look_up_file(generation, entry->paths));
}

/*
 * Adds the path of a Unix socket as the first text, with a NUL at its end. One that begins with NUL
 * is a name in no file system.
 */
static __always_inline void add_unix(struct scratch *s, struct task_struct *task,
				     struct call_entry *entry)
{
	struct call_record *call = &s->call;
	__u64 address = argument(call, entry->address), size = argument(call, entry->address + 1);
	__u16 family = 0;
	char first = 0;
	__u32 at;

	if (size <= sizeof(family) ||
	    bpf_probe_read_user(&family, sizeof(family), (const void *)address) ||
	    family != AF_UNIX)
		return;
	address += sizeof(family);
	size -= sizeof(family);
	if (size > UNIX_PATH_MAX)
		size = UNIX_PATH_MAX;
	call->family = AF_UNIX;
	bpf_probe_read_user(&first, 1, (const void *)address);
	if (first)
		call->base_size[0] = append_base(s, task, WORKING, address);
	at = s->text_size;
	if (at > TEXT_SIZE - NAME_MAX_SIZE)
		return;
	if (bpf_probe_read_user(&s->text[at], size, (const void *)address))
		return;
	s->text[at + size] = 0;
	call->text_size[0] = size + 1;
	s->text_size = at + size + 1;
}

static __always_inline void add_texts(struct scratch *s, struct task_struct *task,
				      struct call_entry *entry, __u32 generation)
{
	struct call_record *call = &s->call;

	for (int i = 0; i < CALL_TEXTS; i++) {
		__u64 text;
		__u32 from;

		call->text_size[i] = 0;
		if (i < 2)
			call->base_size[i] = 0;
		if (entry->text[i] == NO_ARG)
			continue;
		text = argument(call, entry->text[i]);
		if (i < 2)
			call->base_size[i] = append_base(s, task, entry->base[i], text);
		from = s->text_size;
		call->text_size[i] = append_argument(text);
		if (i < 2 && entry->paths && entry->base[i] != NO_ARG && tells_asked(call, entry))
			pass_if(s, !call->text_size[i] ||
					   look_up_asked(generation, entry->paths, from,
							 call->base_size[i] != 0));
	}
}

/* Both ends of the socket that a descriptor leads to. */
static __always_inline void add_socket(struct call_record *call, struct file *file)
{
	struct socket *socket = BPF_CORE_READ(file, private_data);
	struct sock *sk = BPF_CORE_READ(socket, sk);

	call->head.flags |= FLAG_SOCKET;
	call->type = BPF_CORE_READ(socket, type);
	call->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	call->protocol = BPF_CORE_READ(sk, sk_protocol);
	if (call->family != AF_INET && call->family != AF_INET6)
		return;
	call->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	call->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (call->family == AF_INET6 && bpf_core_field_exists(sk->__sk_common.skc_v6_daddr)) {
		BPF_CORE_READ_INTO(&call->local_address, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&call->remote_address, sk, __sk_common.skc_v6_daddr);
	} else {
		bpf_core_read(call->local_address, 4, &sk->__sk_common.skc_rcv_saddr);
		bpf_core_read(call->remote_address, 4, &sk->__sk_common.skc_daddr);
	}
}

/* A socket address among the arguments takes the place of the remote end. */
static __always_inline void add_address(struct call_record *call, __u64 address)
{
	__u8 bytes[28] = {};
	__u16 family;

	if (!address || bpf_probe_read_user(bytes, 16, (const void *)address))
		return;
	family = *(__u16 *)bytes;
	if (family == AF_INET) {
		__builtin_memset(call->remote_address, 0, 16);
		__builtin_memcpy(call->remote_address, bytes + 4, 4);
	} else if (family == AF_INET6) {
		if (bpf_probe_read_user(bytes, 24, (const void *)address))
			return;
		__builtin_memcpy(call->remote_address, bytes + 8, 16);
	} else {
		return;
	}
	call->family = family;
	call->remote_port = bpf_ntohs(*(__u16 *)(bytes + 2));
}

/* What is sent, if it is a question to a name server. */
static __always_inline void add_question(struct scratch *s, __u64 data, __u64 size)
{
	__u32 at = s->text_size;

	if (s->call.remote_port != DNS_PORT || at > TEXT_SIZE - DNS_SIZE || size == 0)
		return;
	if (size > DNS_SIZE)
		size = DNS_SIZE;
	if (bpf_probe_read_user(&s->text[at], size, (const void *)data))
		return;
	s->call.data_size = size;
	s->text_size = at + size;
}

static __always_inline void add_payload(struct scratch *s, struct call_entry *entry)
{
	struct call_record *call = &s->call;
	__u64 header[4] = {}, vector[2] = {};

	if (entry->wants & WANT_MESSAGE) {
		/* name, its length, vector, number of its parts */
		if (bpf_probe_read_user(header, sizeof(header),
					(const void *)argument(call, entry->address)))
			return;
		add_address(call, header[0]);
		if (entry->wants & WANT_DNS && header[3] &&
		    !bpf_probe_read_user(vector, sizeof(vector), (const void *)header[2]))
			add_question(s, vector[0], vector[1]);
		return;
	}
	if (entry->address != NO_ARG)
		add_address(call, argument(call, entry->address));
	if (entry->wants & WANT_DNS)
		add_question(s, argument(call, entry->data), argument(call, entry->data + 1));
}

/* ---- which process ---- */

/*
 * The process or thread that has a number where the task lives. The kernel keeps them in a tree of
 * 64 branches: what ends in binary 10 is a node.
 */
static __always_inline struct pid *find_pid(struct task_struct *task, __u32 number)
{
	struct pid *own = BPF_CORE_READ(task, group_leader, thread_pid);
	unsigned int level = BPF_CORE_READ(own, level);
	const char *numbers = (const char *)own + bpf_core_field_offset(struct pid, numbers);
	struct upid *innermost = (struct upid *)(numbers + level * bpf_core_type_size(struct upid));
	__u64 entry = (__u64)BPF_CORE_READ(innermost, ns, idr.idr_rt.xa_head);
	bool root = true;

	for (int i = 0; i < XARRAY_LEVELS; i++) {
		struct xa_node *node = (struct xa_node *)(entry - 2);
		__u32 shift;

		if ((entry & 3) != 2)
			break;
		shift = BPF_CORE_READ(node, shift) & 31;
		if (root && (__u64)number >> (shift + XARRAY_BITS))
			return NULL;
		root = false;
		bpf_core_read(&entry, sizeof(entry),
			      &node->slots[(number >> shift) & ((1 << XARRAY_BITS) - 1)]);
	}
	return root || (entry & 3) ? NULL : (struct pid *)entry;
}

/* The process of an open pidfd: its own file system has it since kernel 6.9. */
static __always_inline struct pid *pid_of_file(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	if (BPF_CORE_READ(inode, i_sb, s_magic) == PID_FS_MAGIC)
		return (struct pid *)BPF_CORE_READ(inode, i_private);
	return (struct pid *)BPF_CORE_READ(file, private_data);
}

/* Adds the process that the call is about; a number stands for one where the caller lives. */
static __always_inline void add_target(struct call_record *call, struct task_struct *task,
				       struct call_entry *entry)
{
	struct task_struct *target;
	struct pid *pid = NULL;
	struct hlist_node *link;
	__s32 number;

	if (entry->target == PIDFD) {
		struct file *file = file_of(task, argument(call, 0));

		if (file && call->result >= 0)
			pid = pid_of_file(file);
	} else if (entry->target < CALL_ARGS) {
		number = argument(call, entry->target);
		if (number > 0)
			pid = find_pid(task, number);
	}
	if (!pid)
		return;
	link = BPF_CORE_READ(pid, tasks[0].first);
	if (!link)
		return;
	target = (struct task_struct *)((char *)link -
					bpf_core_field_offset(struct task_struct, pid_links));
	call->target_pid = BPF_CORE_READ(target, tgid);
	call->target_start = BPF_CORE_READ(target, group_leader, start_boottime);
	target = BPF_CORE_READ(target, group_leader);
	BPF_CORE_READ_INTO(&call->target_comm, target, comm);
}

/* Clears what not every call fills. */
static __always_inline void clear(struct call_record *call)
{
	call->file_size = 0;
	call->data_size = 0;
	call->mode = 0;
	call->family = 0;
	call->protocol = 0;
	call->type = 0;
	call->local_port = 0;
	call->remote_port = 0;
	call->target_start = 0;
	call->target_pid = 0;
	call->unused_too = 0;
	__builtin_memset(call->target_comm, 0, COMM_SIZE);
	__builtin_memset(call->unused, 0, sizeof(call->unused));
	__builtin_memset(call->local_address, 0, 16);
	__builtin_memset(call->remote_address, 0, 16);
}

/* Adds what a descriptor leads to; returns whether that is one that is to be reported. */
static __always_inline bool add_descriptor(struct scratch *s, struct task_struct *task,
					   struct call_entry *entry)
{
	struct call_record *call = &s->call;
	__s32 fd = entry->fd == RESULT_FD ? call->result : argument(call, entry->fd);
	struct file *file = file_of(task, fd);
	struct inode *inode;
	int path;

	if (!file)
		return !(entry->wants & ONLY_SOCKET);
	inode = BPF_CORE_READ(file, f_inode);
	call->mode = BPF_CORE_READ(inode, i_mode);
	call->head.flags |= FLAG_FILE;
	if ((call->mode & S_IFMT) == S_IFSOCK) {
		if (entry->wants & WANT_SOCKET)
			add_socket(call, file);
		return true;
	}
	if (entry->wants & ONLY_SOCKET)
		return false;
	if (entry->wants & WANT_FILE) {
		call->head.flags |= origin_flags(inode, BPF_CORE_READ(inode, i_nlink),
							 BPF_CORE_READ(inode, i_sb, s_magic));
		if (BPF_CORE_READ(file, f_mode) & FMODE_CREATED)
			call->head.flags |= FLAG_CREATED;
		path = append_file(task, file);
		call->file_size = path & 0xffff;
		if (path & PATH_TRUNCATED)
			call->head.flags |= FLAG_FILE_TRUNCATED;
		if (path & PATH_UNROOTED)
			call->head.flags |= FLAG_FILE_UNROOTED;
	}
	return true;
}

/* Whether the arguments and the result are among those asked for. */
static __always_inline bool is_wanted(struct call_record *call, struct call_entry *entry)
{
	__u64 argument_value;

	if ((entry->wants & ONLY_DONE) && call->result < 0)
		return false;
	if ((entry->wants & ONLY_POSITIVE) && call->result <= 0)
		return false;
	if ((entry->wants & ONLY_STANDARD) && (call->result < 0 || call->result > 2))
		return false;
	if (entry->mask_arg < CALL_ARGS && !(argument(call, entry->mask_arg) & entry->mask))
		return false;
	if (entry->mask_arg == IN_WORD && !(call->word & entry->mask))
		return false;
	if (entry->equal_arg != NO_ARG) {
		argument_value = argument(call, entry->equal_arg);
		if (argument_value != entry->equal[0] && argument_value != entry->equal[1])
			return false;
	}
	return true;
}

static __always_inline struct call_entry *entry_of(__u32 number)
{
	struct call_entry *entry = bpf_map_lookup_elem(&calls, &number);

	return entry && entry->class ? entry : NULL;
}

/*
 * The number decides first: most calls are nobody's business and must cost next to nothing. Then
 * come what the arguments and the result say, and only then the paths, which are dear to read.
 */
TRACEPOINT(sys_exit)
int on_call(struct raw_tracepoint *ctx)
{
	void *registers = (void *)ctx->args[0];
	__u32 zero = 0, number = number_of(registers), size, mode, counter, flags, generation;
	struct call_entry *entry;
	struct task_struct *task;
	struct container_id *id;
	struct wish *wish;
	struct scratch *s;
	bool compat;

	if (number >= CALLS || !asked[number])
		return 0;
	task = CURRENT();
	compat = is_compat(task);
	if (!(asked[number] & (compat ? ASKED_COMPAT : ASKED)))
		return 0;
	id = container_of_task(task);
	if (!id && !include_host)
		return 0;
	wish = bpf_map_lookup_elem(&wishes, &zero);
	if (!wish)
		return 0;
	generation = wish->generation & 1;
	entry = entry_of(2 * CALLS * generation + (compat ? CALLS : 0) + number);
	if (!entry)
		return 0;
	s = bpf_map_lookup_elem(&scratch, &zero);
	if (!s)
		return 0;
	s->call.result = (__s64)ctx->args[1];
	read_args(&s->call, registers, compat);
	s->call.word = 0;
	if (entry->wants & WANT_WORD)
		bpf_probe_read_user(&s->call.word, sizeof(s->call.word),
				    (const void *)argument(&s->call, entry->word));
	if (!is_wanted(&s->call, entry))
		return 0;
	counter = COUNTER_CALL + (entry->class & (CALL_CLASSES - 1));
	mode = mode_of(&s->call, entry);
	if (!(entry->modes & (1 << mode))) {
		count(counter, FILTERED);
		return 0;
	}
	s->call.head.flags = 0;
	s->text_size = 0;
	s->passes = 0;
	s->looked_up = 0;
	clear(&s->call);
	add_texts(s, task, entry, generation);
	if (entry->wants & WANT_UNIX)
		add_unix(s, task, entry);
	if ((entry->wants & ONLY_UNIX) && s->call.family != AF_UNIX)
		return 0;
	if (entry->fd != NO_ARG && !add_descriptor(s, task, entry))
		return 0;
	pass_file(s, entry, generation);
	if (s->looked_up && !(s->passes & (1 << mode))) {
		count(counter, FILTERED);
		return 0;
	}
	flags = s->call.head.flags;
	describe(&s->call.head, RECORD_CALL, task, id);
	s->call.head.flags |= flags | setup_flag(s->call.head.pid, s->call.head.start);
	if (compat)
		s->call.head.flags |= FLAG_COMPAT;
	s->call.number = number;
	s->call.class = entry->class;
	s->call.capabilities = capabilities_of(task);
	s->call.effective_uid = READ(task, cred, euid.val);
	s->call.effective_gid = READ(task, cred, egid.val);
	add_target(&s->call, task, entry);
	add_payload(s, entry);
	size = s->text_size;
	if (size > TEXT_SIZE)
		return 0;
	emit_as(&s->call.head, sizeof(s->call) + size, counter, entry->wants & CHEAP);
	return 0;
}
