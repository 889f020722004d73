// Loaded into a server process (NODE_OPTIONS=--import=…): its clock, the library's and the driver's included, is SHIFT_CLOCK seconds off.
const by = Number(process.env.SHIFT_CLOCK) * 1000;
const RealDate = Date;
const now = () => RealDate.now() + by;

class ShiftedDate extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [now()]));
  }

  static now() {
    return now();
  }
}

// Mongoose knows the type by its name.
Object.defineProperty(ShiftedDate, 'name', { value: 'Date' });
globalThis.Date = ShiftedDate;
