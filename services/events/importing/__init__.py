"""Lists of guests in: a spreadsheet's rows ask for seats like anybody else, in their order, under the same lock."""
