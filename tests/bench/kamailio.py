"""Kamailio as Debian has it: registrar with digest, and a stateful relay of calls between registered users. It keeps no
call history, makes no second leg and carries no audio: its calls are less work than polyfon's."""
import shutil
import subprocess

import server

CONFIGURATION = """#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children={children}
disable_tcp=yes
auto_aliases=no
max_while_loops=1000000
listen=udp:{host}:{port}
loadmodule "kex.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
loadmodule "htable.so"
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "hash_size", 14)
modparam("registrar", "max_contacts", 1)
modparam("registrar", "max_expires", 3600)
modparam("htable", "htable", "passwords=>size=14;")
modparam("rr", "enable_full_lr", 0)

event_route[htable:mod-init] {{
  $var(i) = 0;
  while ($var(i) < {users}) {{
    $var(digits) = "0000" + $var(i);
    $var(name) = "u" + $(var(digits){{s.substr,-5,0}});
    $sht(passwords=>$var(name)) = "pw" + $var(name);
    $var(i) = $var(i) + 1;
  }}
}}

request_route {{
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
  if (is_method("OPTIONS") && $rU == $null) {{ sl_send_reply("200", "OK"); exit; }}
  if (has_totag()) {{
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
    sl_send_reply("404", "Not Found"); exit;
  }}
  if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
  t_check_trans();
  $var(password) = $sht(passwords=>$au);
  if (is_method("REGISTER")) {{
    if ($au == $null || $var(password) == $null || !pv_auth_check("bench", "$var(password)", "0", "1")) {{
      auth_challenge("bench", "0"); exit;
    }}
    save("location"); exit;
  }}
  if (!is_method("INVITE")) {{ sl_send_reply("405", "Method Not Allowed"); exit; }}
  record_route();
  if ($au == $null || $var(password) == $null || !pv_auth_check("bench", "$var(password)", "0", "0")) {{
    proxy_challenge("bench", "0"); exit;
  }}
  consume_credentials();
  $rU = "u" + $rU;
  if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
  t_relay();
}}
"""


class Kamailio(server.Server):
    """`children`: its worker processes. One for calls: on one core several reorder ACK and BYE, and calls fail."""

    name = "Kamailio"

    def __init__(self, directory, users, children):
        self.children = children
        super().__init__(directory, users)

    @staticmethod
    def installed():
        return shutil.which("kamailio") is not None

    @staticmethod
    def version():
        text = subprocess.run(["kamailio", "-v"], capture_output=True, text=True, check=True).stdout
        return "Kamailio " + text.split()[2]

    def configure(self):
        (self.directory / "kamailio.cfg").write_text(CONFIGURATION.format(
            children=self.children, host=server.HOST, port=self.port, users=self.users))

    def command(self):
        return ["kamailio", "-DD", "-E", "-m", "256", "-M", "16", "-w", str(self.directory), "-Y", str(self.directory),
                "-f", str(self.directory / "kamailio.cfg")]
