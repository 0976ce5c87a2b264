"""check_layers must find what it is there to find: each test makes a small source tree with one mistake in it."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import check_layers  # noqa: E402

LINKS = """
polyfon_module(base base LINKS fmt::fmt)
polyfon_module(net net LINKS polyfon_base Boost::headers)
polyfon_module(sip_message sip/message LINKS polyfon_base)
polyfon_module(sip_transaction sip/transaction LINKS polyfon_sip_message)
"""


class CheckLayers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("src/CMakeLists.txt", LINKS)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def problems(self):
        return check_layers.check(self.root)

    def assert_one(self, *words):
        found = self.problems()
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_includes_that_point_down_are_fine(self):
        self.write("src/sip/transaction/a.cpp", '#include <vector>\n#include "sip/message/uri.h"\n#include "base/text.h"\n')
        self.assertEqual(self.problems(), [])

    def test_an_include_that_points_up_is_named_by_file_and_line(self):
        self.write("src/base/a.h", '#pragma once\n\n#include "sip/message/uri.h"\n')
        found = self.problems()
        self.assertTrue(found[0].startswith("src/base/a.h:3:"), found)
        self.assertIn("must not know src/sip/message", found[0])

    def test_an_include_of_a_neighbour_that_the_row_does_not_name_is_found(self):
        self.write("src/sip/message/a.cpp", '#include "net/loop.h"\n')
        self.assertTrue(any("must not know src/net" in problem for problem in self.problems()))

    def test_an_include_that_the_links_do_not_reach_is_found(self):
        self.write("src/CMakeLists.txt", LINKS + "polyfon_module(config config LINKS fmt::fmt)\n")
        self.write("src/config/a.cpp", '#include "base/text.h"\n')
        self.assert_one("src/config/a.cpp:1", "does not link base")

    def test_a_link_that_points_up_is_found(self):
        self.write("src/CMakeLists.txt", LINKS.replace("base LINKS fmt::fmt", "base LINKS polyfon_net"))
        self.assert_one("src/CMakeLists.txt:2", "must not link net")

    def test_a_link_to_nothing_is_found(self):
        self.write("src/CMakeLists.txt", LINKS + "polyfon_module(config config LINKS polyfon_bsae)\n")
        self.assert_one("polyfon_bsae", "declared nowhere")

    def test_boost_in_a_header_of_net_is_found(self):
        self.write("src/net/loop.h", "#include <boost/asio.hpp>\n")
        self.assert_one("src/net/loop.h:1", "boost/asio.hpp", "only .cpp files")

    def test_boost_in_a_source_of_net_is_fine(self):
        self.write("src/net/loop.cpp", "#include <boost/asio.hpp>\n")
        self.assertEqual(self.problems(), [])

    def test_boost_outside_net_is_found(self):
        self.write("src/base/a.cpp", "#  include <boost/json.hpp>\n")
        self.assert_one("src/base/a.cpp:1", "src/net")

    def test_an_include_without_its_folder_is_found(self):
        self.write("src/base/a.cpp", '#include "text.h"\n')
        self.assert_one("src/base/a.cpp:1", '"base/text.h"')

    def test_an_unknown_folder_is_found(self):
        self.write("src/utils/a.cpp", "int a;\n")
        self.assert_one("src/utils/a.cpp:1", "does not name")

    def test_services_do_not_know_each_other(self):
        self.assertFalse(check_layers.may_include("service/cdr", "service/registrar"))

    def test_an_application_may_use_any_service_but_not_the_stack(self):
        self.assertTrue(check_layers.may_include("app", "service/registrar"))
        self.assertFalse(check_layers.may_include("app", "sip/message"))

    def test_the_table_has_no_circles(self):
        self.assertEqual(check_layers.check_table(), [])


if __name__ == "__main__":
    unittest.main()
