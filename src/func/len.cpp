// LEN(): how long a text is.
#include <fmt/format.h>

#include "dialplan/expansion.h"

namespace polyfon::func {
namespace {

base::Task<std::string> read(dialplan::ExpansionContext, std::string arguments) {
  co_return fmt::to_string(arguments.size());
}

const dialplan::FunctionRegistration kLen{
    {{.name = "LEN",
      .synopsis = "Returns the length of the string given.",
      .syntax = "LEN(string)",
      .description =
          "The length in bytes, as in Asterisk; a letter of a language other than English may be several.\n"
          "LEN(${EXTEN}) of 1001 is 4; of an unset variable 0."},
     read,
     nullptr}};

}  // namespace
}  // namespace polyfon::func
