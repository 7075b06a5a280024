package io.leukocyte.rules;

import java.util.ArrayList;
import java.util.List;

/** The fields that the rule files published with Falco read. */
final class StockFields {
  private static final String NAMES =
      """
      evt. type num res rawres is_open_write is_open_read is_open_exec buffer arg.flags arg.path
      evt. arg.newpath arg.oldpath arg.filename arg.mode arg.name arg.request arg.cmd arg.domain
      evt. arg.target arg.uid
      proc. name pname exe exepath cmdline pcmdline pexe args aname aname[2] aname[3] aname[4]
      proc. aname[5] aname[6] aname[7] aexe[1] aexe[2] cwd tty env duration vpid
      proc. is_exe_upper_layer is_exe_from_memfd is_vpgid_leader
      proc. exe_ino.ctime exe_ino.mtime exe_ino.ctime_duration_proc_start
      fd. name nameraw filename directory num type typechar net snet cnet rnet ip cip sip sip.name
      fd. cip.name port sport cport lport rport l4proto connected name_changed sockfamily
      user. name uid loginuid
      group. name gid
      container. id name image.repository image.tag privileged mount.dest[/proc*] start_ts
      thread. cap_effective cap_permitted
      k8s. ns.name pod.name
      """;

  private StockFields() {}

  /** Their names, with an argument where one is needed. */
  static List<String> names() {
    List<String> names = new ArrayList<>();
    for (String line : NAMES.strip().split("\n", -1)) {
      String[] words = line.split(" ", -1);
      for (int i = 1; i < words.length; i++) {
        names.add(words[0] + words[i]);
      }
    }
    return names;
  }
}
