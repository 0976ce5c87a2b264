#include "service/registrar/binding.h"

#include <string>

#include <gtest/gtest.h>

namespace polyfon::registrar {
namespace {

TEST(Binding, keeps_its_texts_apart) {
  Binding binding({"sip:a@b", "call", "phone", "<sip:p;lr>"});
  EXPECT_EQ(binding.contact_uri(), "sip:a@b");
  EXPECT_EQ(binding.call_id(), "call");
  EXPECT_EQ(binding.user_agent(), "phone");
  EXPECT_EQ(binding.path(), "<sip:p;lr>");
}

TEST(Binding, texts_may_be_empty) {
  Binding binding({"sip:a@b", "", "", ""});
  EXPECT_EQ(binding.contact_uri(), "sip:a@b");
  EXPECT_EQ(binding.call_id(), "");
  EXPECT_EQ(binding.path(), "");
}

TEST(Binding, can_be_given_texts_of_its_own) {
  Binding binding({"sip:a@b", "call", "phone", "path"});
  binding.set_texts({binding.path(), binding.user_agent(), binding.call_id(), binding.contact_uri()});
  EXPECT_EQ(binding.contact_uri(), "path");
  EXPECT_EQ(binding.call_id(), "phone");
  EXPECT_EQ(binding.user_agent(), "call");
  EXPECT_EQ(binding.path(), "sip:a@b");
}

TEST(Binding, moves_with_everything) {
  Binding first({"sip:a@b", "call", "phone", ""});
  first.cseq = 7;
  first.status = ContactStatus::kLagged;
  Binding second(std::move(first));
  EXPECT_EQ(second.contact_uri(), "sip:a@b");
  EXPECT_EQ(second.cseq, 7u);
  EXPECT_EQ(second.status, ContactStatus::kLagged);
}

TEST(Binding, counts_heap_blocks_as_malloc_makes_them) {
  EXPECT_EQ(heap_bytes(0), 0u);
  EXPECT_EQ(heap_bytes(1), 32u);
  EXPECT_EQ(heap_bytes(24), 32u);
  EXPECT_EQ(heap_bytes(25), 48u);
  EXPECT_EQ(heap_bytes(40), 48u);
  EXPECT_EQ(heap_bytes(41), 64u);
}

}  // namespace
}  // namespace polyfon::registrar
