// [name](options): a section's header, its template and append options (reference: asterisk 1.1).
#include <utility>

#include <fmt/format.h>

#include "config/file_reader.h"
#include "config/section_filter.h"
#include "config/strip.h"

namespace polyfon::config {

void FileReader::take_header(Source& source, std::string_view line) {
  std::size_t close = line.find(']');
  if (close == std::string_view::npos) {
    diagnostics_.error(here(source), fmt::format("no ']' in '{}'", base::printable(line, 60)));
    source.section = kLostSection;
    return;
  }
  Section fresh{.name = std::string(line.substr(1, close - 1)), .where = here(source)};
  std::string_view rest = line.substr(close + 1);
  std::size_t end = rest.find(')');
  if (rest.starts_with('(') && end != std::string_view::npos)
    return take_options(source, std::move(fresh), rest.substr(1, end - 1));
  if (rest.starts_with('('))
    diagnostics_.error(here(source), fmt::format("no ')' after '[{}]('", base::printable(fresh.name, 60)));
  source.section = open_section(std::move(fresh));  // what follows "] " is ignored, parentheses too
}

void FileReader::take_options(Source& source, Section fresh, std::string_view options) {
  std::size_t target = kNoSection;  // the section that is appended to, once a plus has named it
  for (std::string_view option : base::split(options, ',')) {
    option = strip(option);
    if (option == "!") {
      (target == kNoSection ? fresh : file_.sections_[target]).is_template = true;
    } else if (option.starts_with('+')) {
      append_section(source, option.substr(1), fresh, target);
    } else {
      inherit(source, option, fresh, target);
    }
  }
  if (target == kNoSection) target = open_section(std::move(fresh));
  latest_section_ = target;
  source.section = target;
}

void FileReader::append_section(const Source& source, std::string_view filter, Section& fresh,
                                std::size_t& target) {
  std::size_t found = find_to_append(source, fresh.name, filter);
  if (found == kNoSection) return;  // told; the fresh section takes the variables
  if (target == kNoSection) {
    Section& section = file_.sections_[found];
    section.is_template |= fresh.is_template;
    for (Variable& variable : fresh.variables) section.variables.push_back(std::move(variable));
    fresh.variables.clear();
  }
  target = found;
}

void FileReader::inherit(const Source& source, std::string_view base, Section& fresh, std::size_t target) {
  auto found = sections_by_name_.find(base);
  if (found == sections_by_name_.end()) {
    diagnostics_.error(here(source), fmt::format("[{}] inherits from '{}', which is not defined above",
                                                 base::printable(fresh.name, 60), base::printable(base, 60)));
    return;
  }
  const std::size_t from = found->second.front();
  Section& into = target == kNoSection ? fresh : file_.sections_[target];
  copy_variables(source, file_.sections_[from].variables, into.variables);
}

void FileReader::copy_variables(const Source& source, const std::vector<Variable>& from,
                                std::vector<Variable>& to) {
  std::size_t bytes = 0;
  for (const Variable& variable : from) bytes += variable.name.size() + variable.value.size();
  if (!reserve(here(source), from.size(), bytes)) return;
  const std::size_t count = from.size();
  to.reserve(to.size() + count);
  for (std::size_t i = 0; i < count; ++i) to.push_back(from[i]);  // by index: `to` may be `from`
}

std::size_t FileReader::find_to_append(const Source& source, std::string_view name, std::string_view filter) {
  auto parsed = SectionFilter::parse(filter);
  if (!parsed) {
    diagnostics_.error(here(source), parsed.error().text);
    return kNoSection;
  }
  if (auto found = sections_by_name_.find(name); found != sections_by_name_.end())
    for (std::size_t index : found->second)
      if (parsed->matches(file_.sections_[index])) return index;
  diagnostics_.error(here(source),
                     fmt::format("[{}](+) appends to a section that is not defined above{}",
                                 base::printable(name, 60), filter.empty() ? "" : " with that filter"));
  return kNoSection;
}

std::size_t FileReader::open_section(Section section) {
  const std::size_t index = file_.sections_.size();
  sections_by_name_[section.name].push_back(index);
  file_.sections_.push_back(std::move(section));
  latest_section_ = index;
  return index;
}

}  // namespace polyfon::config
