#include "sdp/static_payload_types.h"

namespace polyfon::sdp {
namespace {

// G722 samples at 16 kHz; its RTP clock stays 8000 by a historic error that RFC 3551 4.5.2 keeps.
constexpr StaticPayloadType kTable[] = {
    {0, "PCMU", 8000, 1},  {3, "GSM", 8000, 1},   {4, "G723", 8000, 1},   {5, "DVI4", 8000, 1},
    {6, "DVI4", 16000, 1}, {7, "LPC", 8000, 1},   {8, "PCMA", 8000, 1},   {9, "G722", 8000, 1},
    {10, "L16", 44100, 2}, {11, "L16", 44100, 1}, {12, "QCELP", 8000, 1}, {13, "CN", 8000, 1},
    {14, "MPA", 90000, 1}, {15, "G728", 8000, 1}, {16, "DVI4", 11025, 1}, {17, "DVI4", 22050, 1},
    {18, "G729", 8000, 1},
};

}  // namespace

const StaticPayloadType* find_static_payload_type(std::uint8_t payload_type) {
  for (const StaticPayloadType& entry : kTable)
    if (entry.payload_type == payload_type) return &entry;
  return nullptr;
}

}  // namespace polyfon::sdp
