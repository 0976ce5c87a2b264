#include "service/registrar/binding.h"

#include <algorithm>

namespace polyfon::registrar {

Binding::Binding(const BindingTexts& texts) { set_texts(texts); }

void Binding::set_texts(const BindingTexts& texts) {
  const std::string_view parts[] = {texts.contact_uri, texts.call_id, texts.user_agent, texts.path,
                                    texts.instance};
  std::size_t total = 0;
  for (auto part : parts) total += part.size();
  auto packed =
      std::make_unique<char[]>(total);  // made before the old texts go: a part may be a view of them
  std::size_t at = 0;
  for (int i = 0; i < kTexts; ++i) {
    std::ranges::copy(parts[i], packed.get() + at);
    at += parts[i].size();
    ends_[i] = static_cast<std::uint16_t>(at);
  }
  texts_ = std::move(packed);
}

}  // namespace polyfon::registrar
