// A name server's answer: any bytes are records within the limits or an error.
#include <cstdlib>

#include "net/dns_records.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace polyfon::net;
  if (size > 65535) return 0;
  if (auto answer = parse_srv({data, size}))
    if (std::get<SrvRecords>(answer->records).size() > kMaxSrvRecords) std::abort();
  if (auto answer = parse_naptr({data, size}))
    if (std::get<NaptrRecords>(answer->records).size() > kMaxNaptrRecords) std::abort();
  return 0;
}
