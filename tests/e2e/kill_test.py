"""Killed at 200 random instants under load: every call whose end was confirmed to the caller is in the history, once."""
import collections
import random
import time
import unittest

from support import Case, Exchange, Sipp, accounts, credentials, wait_for

KILLS, RATE = 200, 120
PLAN = "[phones]\nexten => _7XXXXX,1,Dial(SIP/2000,10)\n"


class Kill(Case):
    def test_no_call_that_ended_is_lost_and_none_is_there_twice(self):
        chance = random.Random(self.seed())
        exchange = Exchange(self.place, {"sip.conf": accounts("1000", "2000"), "extensions.conf": PLAN}).start()
        telephone = Sipp(self.place, "answer", exchange.address, seconds=600, limit=20000)
        rows = [("2000", credentials("2000"), f"{self.place.host}:{telephone.port}")]
        Sipp(self.place, "register", exchange.address, users=rows, calls=1).expect(1)
        time.sleep(1.5)  # registrations are written once a second

        ended = self.place.directory / "ended.log"
        rows = [("1000", 700000 + number, credentials("1000")) for number in range(60000)]
        callers = Sipp(self.place, "call", exchange.address, users=rows, rate=RATE, seconds=600, limit=20000,
                       more=["-d", 60, "-max_retrans", 2, "-trace_logs", "-log_file", ended])
        for number in range(1, KILLS + 1):
            time.sleep(chance.uniform(0.05, 0.6))
            exchange.kill()
            exchange.start()
            if number % 25 == 0:
                self.say(f"{number} kills, {callers.counts()['successful']} calls")
        time.sleep(1)
        counts = callers.end()
        self.assertTrue(exchange.registered("2000"))
        confirmed = [line.split()[1] for line in ended.read_text().splitlines()]
        self.say(f"{len(confirmed)} calls ended, {counts['failed']} were cut off or refused")
        self.assertGreater(len(confirmed), KILLS * 10)
        self.expect_all(exchange, confirmed)
        exchange.console("core stop now")  # calls that lost their caller are not waited for
        exchange.stop()
        self.expect_all(exchange, confirmed)

    def expect_all(self, exchange, confirmed):
        def missing():
            stored = {row["destination"] for row in exchange.sql_rows("destination", "WHERE disposition = 'ANSWERED'")}
            return sorted(set(confirmed) - stored)
        wait_for(lambda: not missing(), 10, lambda: f"in the database: {len(missing())} are missing: {missing()[:20]}")
        for name, numbers in (("database", [row["destination"] for row in exchange.sql_rows("destination")]),
                              ("Master.csv", [row["dst"] for row in exchange.csv_rows()])):
            twice = [number for number, count in collections.Counter(numbers).items() if count > 1]
            self.assertEqual(twice, [], f"twice in {name}")
            self.assertEqual(sorted(set(confirmed) - set(numbers)), [], f"not in {name}")

    def seed(self):
        seed = random.randrange(1 << 32)
        self.say(f"seed {seed}")
        return seed


if __name__ == "__main__":
    unittest.main()
