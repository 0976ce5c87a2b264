// BASE64_ENCODE, BASE64_DECODE, MD5, SHA1, URIENCODE, URIDECODE: other spellings of a text.
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/text.h"
#include "dialplan/expansion.h"

namespace polyfon::func {
namespace {

using dialplan::ExpansionContext;

std::string digest_of(const EVP_MD* kind, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), out.data(), &size, kind, nullptr) != 1) return {};
  return base::hex({reinterpret_cast<const char*>(out.data()), size});
}

base::Task<std::string> md5(ExpansionContext, std::string text) { co_return digest_of(EVP_md5(), text); }
base::Task<std::string> sha1(ExpansionContext, std::string text) { co_return digest_of(EVP_sha1(), text); }

base::Task<std::string> base64_encode(ExpansionContext, std::string text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  co_return out;
}

base::Task<std::string> base64_decode(ExpansionContext context, std::string text) {
  std::string out(text.size() + 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) {
    context.warn(fmt::format("BASE64_DECODE({}): that is not base64", base::printable(text)));
    co_return std::string();
  }
  const auto padding = text.size() - std::min(text.size(), text.find('='));
  out.resize(static_cast<std::size_t>(size) - std::min<std::size_t>(padding, 2));
  out.resize(std::min(out.size(), out.find('\0')));  // a variable ends there
  co_return out;
}

base::Task<std::string> uri_encode(ExpansionContext, std::string text) {
  std::string out;
  for (char c : text) {
    if (base::is_alnum(c) || std::string_view("-_.!~*'()").contains(c))
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  co_return out;
}

base::Task<std::string> uri_decode(ExpansionContext, std::string text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int code = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr == text.data() + i + 3) {
      if (code != 0) out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  co_return out;
}

const dialplan::FunctionRegistration kMd5{{{.name = "MD5",
                                            .synopsis = "Computes an MD5 digest.",
                                            .syntax = "MD5(data)",
                                            .description = "32 hexadecimal digits."},
                                           md5,
                                           nullptr}};
const dialplan::FunctionRegistration kSha1{{{.name = "SHA1",
                                             .synopsis = "Computes a SHA1 digest.",
                                             .syntax = "SHA1(data)",
                                             .description = "40 hexadecimal digits."},
                                            sha1,
                                            nullptr}};
const dialplan::FunctionRegistration kEncode{{{.name = "BASE64_ENCODE",
                                               .synopsis = "Encode a string in base64.",
                                               .syntax = "BASE64_ENCODE(string)",
                                               .description = "The text in base64."},
                                              base64_encode,
                                              nullptr}};
const dialplan::FunctionRegistration kDecode{
    {{.name = "BASE64_DECODE",
      .synopsis = "Decode a base64 string.",
      .syntax = "BASE64_DECODE(string)",
      .description = "The text that the base64 stands for, up to a byte 0."},
     base64_decode,
     nullptr}};
const dialplan::FunctionRegistration kUriEncode{
    {{.name = "URIENCODE",
      .synopsis = "Encodes a string to URI-safe encoding according to "
                  "RFC 2396.",
      .syntax = "URIENCODE(data)",
      .description = "All but letters, digits and -_.!~*'() as %XX."},
     uri_encode,
     nullptr}};
const dialplan::FunctionRegistration kUriDecode{
    {{.name = "URIDECODE",
      .synopsis = "Decodes a URI-encoded string according to RFC 2396.",
      .syntax = "URIDECODE(data)",
      .description = "Each %XX becomes the byte it stands for."},
     uri_decode,
     nullptr}};

}  // namespace
}  // namespace polyfon::func
