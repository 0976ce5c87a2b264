// rtp.conf: the ports of audio.
#include <fmt/format.h>

#include "config/key.h"
#include "config/loaders.h"

namespace polyfon::config {

namespace {

void apply_strict(RtpSettings& settings, const Variable& variable, Diagnostics& diagnostics) {
  if (base::iequals(variable.value, "seqno")) {  // chan_sip's stricter learning: strict all the same
    settings.strict = true;
    return;
  }
  settings.strict = boolean_of(variable, diagnostics);
}

constexpr Key<RtpSettings> kKeys[] = {
    {"rtpstart", "port", "10000", "1024-65535", "the first port",
     set_number<&RtpSettings::start, 1024, 65535>},
    {"rtpend", "port", "20000", "1024-65535", "the last port", set_number<&RtpSettings::end, 1024, 65535>},
    {"strictrtp", "yes|no|seqno", "yes", "", "audio is taken from one source only", apply_strict},
};
constexpr NotYet kNotYet[] = {
    {"rtcpinterval"},
    {"rtpchecksums", "yes"},
    {"dtmftimeout"},
    {"probation"},
    {"icesupport", "no"},
    {"stunaddr"},
    {"stun_blacklist"},
    {"stun_deny"},
    {"stun_permit"},
    {"stun_acl"},
    {"ice_blacklist"},
    {"ice_deny"},
    {"ice_permit"},
    {"ice_acl"},
    {"turnaddr"},
    {"turnusername"},
    {"turnpassword"},
    {"dtls_mtu"},
    {"srtpreplayprotection", "yes"},
};
constexpr SectionTable<RtpSettings> kGeneral{"general", kKeys, kNotYet};

}  // namespace

RtpSettings load_rtp(const File& file, Diagnostics& diagnostics) {
  RtpSettings settings;
  Location ports;
  for (const Section& section : file.sections()) {
    if (section.is_template) continue;
    if (base::iequals(section.name, "general")) {
      read_section(section, kGeneral, settings, diagnostics);
      if (const Variable* end = section.find("rtpend")) ports = end->where;
      if (const Variable* start = section.find("rtpstart")) ports = start->where;
    } else if (base::iequals(section.name, "ice_host_candidates")) {
      diagnostics.warning(section.where, "'ice_host_candidates' is not done by polyfon yet; ignored");
    } else {
      diagnostics.warning(section.where,
                          fmt::format("unknown section [{}]", base::printable(section.name, 60)));
    }
  }
  if (settings.start < settings.end) return settings;
  const RtpSettings defaults;  // as res_rtp_asterisk does
  diagnostics.warning(ports, fmt::format("rtpstart {} is not below rtpend {}; taken as {} and {}",
                                         settings.start, settings.end, defaults.start, defaults.end));
  settings.start = defaults.start;
  settings.end = defaults.end;
  return settings;
}

}  // namespace polyfon::config
