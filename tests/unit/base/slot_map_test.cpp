#include "base/slot_map.h"

#include <map>
#include <memory>
#include <string>
#include <unordered_set>

#include <gtest/gtest.h>

#include "base/random.h"

namespace polyfon::base {
namespace {

struct ThingTag;
using ThingId = Id<ThingTag>;
using Texts = SlotMap<std::string, ThingTag, 4>;

TEST(Id, default_names_nothing) {
  EXPECT_FALSE(ThingId{});
  EXPECT_EQ(ThingId{}.value(), 0u);
  EXPECT_TRUE((ThingId{0, 1}));
}

TEST(Id, value_and_back) {
  ThingId id{7, 0xFFFFFFFF};
  EXPECT_EQ(ThingId::from_value(id.value()), id);
  EXPECT_EQ(id.value(), 0xFFFFFFFF00000007u);
}

TEST(Id, hashes_and_compares) {
  std::unordered_set<ThingId> ids{{1, 1}, {1, 2}, {2, 1}, {1, 1}};
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_LT((ThingId{1, 5}), (ThingId{2, 1}));
}

TEST(SlotMap, finds_what_was_put_in) {
  Texts map;
  auto a = map.emplace("a");
  auto b = map.emplace("b");
  ASSERT_TRUE(map.find(a));
  EXPECT_EQ(*map.find(a), "a");
  EXPECT_EQ(*std::as_const(map).find(b), "b");
  EXPECT_EQ(map.size(), 2u);
}

TEST(SlotMap, nothing_is_found_by_an_empty_or_foreign_id) {
  Texts map;
  EXPECT_EQ(map.find({}), nullptr);
  EXPECT_EQ(map.find({0, 1}), nullptr);
  map.emplace("a");
  EXPECT_EQ(map.find({3, 1}), nullptr);  // a slot never used
  EXPECT_EQ(map.find({4, 1}), nullptr);  // past the chunks
  EXPECT_EQ(map.find({UINT32_MAX, 1}), nullptr);
}

TEST(SlotMap, a_stale_id_finds_nothing_after_the_slot_is_used_again) {
  Texts map;
  auto old = map.emplace("old");
  EXPECT_TRUE(map.erase(old));
  EXPECT_FALSE(map.erase(old));
  auto fresh = map.emplace("fresh");
  EXPECT_EQ(fresh.slot, old.slot);
  EXPECT_NE(fresh.generation, old.generation);
  EXPECT_EQ(map.find(old), nullptr);
  EXPECT_EQ(*map.find(fresh), "fresh");
  EXPECT_FALSE(map.erase(old));
  EXPECT_EQ(map.size(), 1u);
}

TEST(SlotMap, objects_never_move) {
  SlotMap<std::string, ThingTag, 4> map;
  auto first = map.emplace("first");
  std::string* address = map.find(first);
  for (int i = 0; i < 1000; ++i) map.emplace("more");
  EXPECT_EQ(map.find(first), address);
}

TEST(SlotMap, slots_are_used_again_before_the_map_grows) {
  Texts map;
  for (int i = 0; i < 1000; ++i) {
    auto id = map.emplace("x");
    EXPECT_LT(id.slot, 4u);
    map.erase(id);
  }
}

struct KnowsItself {
  KnowsItself(Id<KnowsItself> own_id, int n) : id(own_id), number(n) {}
  Id<KnowsItself> id;
  int number;
};

TEST(SlotMap, an_object_that_takes_its_id_gets_it) {
  SlotMap<KnowsItself, KnowsItself> map;
  auto id = map.emplace(5);
  EXPECT_EQ(map.find(id)->id, id);
  EXPECT_EQ(map.find(id)->number, 5);
}

TEST(SlotMap, for_each_visits_all_and_may_erase_the_one_it_visits) {
  SlotMap<int, ThingTag, 4> map;
  for (int i = 0; i < 10; ++i) map.emplace(i);
  int sum = 0;
  map.for_each([&](ThingId id, int& value) {
    sum += value;
    if (value % 2 == 0) map.erase(id);
  });
  EXPECT_EQ(sum, 45);
  EXPECT_EQ(map.size(), 5u);
  std::as_const(map).for_each([&](ThingId, const int& value) { EXPECT_EQ(value % 2, 1); });
}

TEST(SlotMap, for_each_survives_objects_that_are_added_meanwhile) {
  SlotMap<int, ThingTag, 4> map;
  for (int i = 0; i < 4; ++i) map.emplace(i);
  int visited = 0;
  map.for_each([&](ThingId, int& value) {
    ++visited;
    if (value < 4) map.emplace(value + 100);
  });
  EXPECT_GE(visited, 4);
  EXPECT_EQ(map.size(), 8u);
}

struct Probe {
  SlotMap<Probe, Probe>* map;
  bool* was_found;
  Id<Probe> id{};
  ~Probe() {
    if (map) *was_found = map->find(id) != nullptr;
  }
};

TEST(SlotMap, a_look_up_from_inside_the_destructor_finds_nothing) {
  SlotMap<Probe, Probe> map;
  bool found = true;
  auto id = map.emplace(&map, &found);
  map.find(id)->id = id;
  map.erase(id);
  EXPECT_FALSE(found);
}

TEST(SlotMap, destruction_destroys_what_is_left) {
  auto shared = std::make_shared<int>(1);
  {
    SlotMap<std::shared_ptr<int>, ThingTag> map;
    for (int i = 0; i < 100; ++i) map.emplace(shared);
    EXPECT_EQ(shared.use_count(), 101);
  }
  EXPECT_EQ(shared.use_count(), 1);
}

TEST(SlotMap, clear_empties_and_makes_every_id_stale) {
  Texts map;
  auto id = map.emplace("a");
  map.clear();
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find(id), nullptr);
}

TEST(SlotMap, agrees_with_a_map_over_random_operations) {
  SeededRandom random(11);
  SlotMap<std::uint64_t, ThingTag, 16> map;
  std::map<std::uint64_t, std::uint64_t> model;  // id value, object
  std::vector<ThingId> stale;
  for (int i = 0; i < 20'000; ++i) {
    if (random.below(2) == 0 || model.empty()) {
      auto value = random.next();
      auto id = map.emplace(value);
      ASSERT_TRUE(model.emplace(id.value(), value).second);
    } else {
      auto chosen = std::next(model.begin(), static_cast<std::ptrdiff_t>(random.below(model.size())));
      auto id = ThingId::from_value(chosen->first);
      ASSERT_EQ(*map.find(id), chosen->second);
      ASSERT_TRUE(map.erase(id));
      stale.push_back(id);
      model.erase(chosen);
    }
    ASSERT_EQ(map.size(), model.size());
  }
  for (auto id : stale) ASSERT_EQ(map.find(id), nullptr);
}

}  // namespace
}  // namespace polyfon::base
