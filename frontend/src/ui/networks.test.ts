import { expect, test } from "vitest";
import { isAddress, isNetwork } from "./networks";

test.each(["10.0.0.0/8", "203.0.113.9", "203.0.113.9/32", "2001:db8::/32", "::1", "::ffff:10.0.0.1/128"])("%s is a network", (text) => expect(isNetwork(text)).toBe(true));
test.each(["", "300.1.1.1", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/", "2001:db8::/129", "1:2:3", "fe80::1%eth0", "10.0.0.0/8/8", "a.b.c.d"])("%s is none", (text) => expect(isNetwork(text)).toBe(false));
test("an address has no prefix", () => expect([isAddress("10.0.0.1"), isAddress("10.0.0.1/8")]).toEqual([true, false]));
