import type { SecondFactorView } from "../../bindings";
import { Failure, type Backend } from "../backend";
import { Answering } from "./answering";

/** The secret of the second factor that the fake makes, as it is shown. */
export const SECOND_FACTOR_SECRET = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP";

const CODES = Array.from({ length: 10 }, (_, index) => `k7m2p-${String(index).repeat(2)}xq4-9rt${index}n`);

/** A second factor on the sample platform: the password is anything but “wrong”, a code anything but “000000”. */
export abstract class FakeSecondFactor extends Answering {
  factor: SecondFactorView = { setUp: false, mustBeSetUp: false, recoveryCodesLeft: 0 };
  #begun = false;

  secondFactor: Backend["secondFactor"] = () => this.answer("secondFactor", () => this.factor);
  beginSecondFactor: Backend["beginSecondFactor"] = (password, code) =>
    this.answer("beginSecondFactor", () => {
      if (password === null || password === "wrong") throw new Failure({ code: "wrong-password" });
      if (this.factor.setUp && code === "000000") throw new Failure({ code: "code-refused" });
      this.#begun = true;
      return { qr: drawing(), secret: SECOND_FACTOR_SECRET };
    });
  confirmSecondFactor: Backend["confirmSecondFactor"] = (code) =>
    this.answer("confirmSecondFactor", () => {
      if (!this.#begun) throw new Failure({ code: "second-factor-not-begun" });
      if (code === "000000") throw new Failure({ code: "code-refused" });
      this.factor = { setUp: true, mustBeSetUp: false, recoveryCodesLeft: CODES.length };
      return { handle: 2, name: "keyfold-recovery-codes.txt", codes: CODES };
    });
  printWindow: Backend["printWindow"] = () => this.answer("printWindow", () => null);
}

/** Something that looks like a QR code, and isn’t one. */
function drawing(): { size: number; path: string } {
  const cells = Array.from({ length: 29 * 29 }, (_, cell) => cell);
  const dark = cells.filter((cell) => (cell * 7919) % 5 < 2);
  const path = dark.map((cell) => `M${(cell % 29) + 4} ${Math.floor(cell / 29) + 4}h1v1h-1z`).join("");
  return { size: 37, path };
}
