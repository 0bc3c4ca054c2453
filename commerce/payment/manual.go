package payment

// Manual is the gateway of money that staff took themselves: cash, or a bank transfer that came in. It is not among
// [Service.Gateways], so that no buyer can name it: only who books a payment in the shop does. What it gives back, staff
// give back themselves; the record is all that Rialto keeps of it.
const Manual = "manual"
